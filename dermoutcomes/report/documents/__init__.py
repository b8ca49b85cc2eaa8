"""Documents: what stands in each of them, without a format."""
