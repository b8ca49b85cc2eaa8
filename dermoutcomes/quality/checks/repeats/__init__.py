"""Readings that repeat: replicates, measurements and sides that are the same, values copied down."""
