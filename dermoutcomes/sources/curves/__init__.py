"""Raw curves of an export."""
