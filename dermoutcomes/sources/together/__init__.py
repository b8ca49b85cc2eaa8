"""Many small files of one entry, read as one table: what each would give by itself, in one pass."""
