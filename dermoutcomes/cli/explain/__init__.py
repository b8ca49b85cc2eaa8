"""What `explain` says of a declaration, of a scale as data and of a result."""
