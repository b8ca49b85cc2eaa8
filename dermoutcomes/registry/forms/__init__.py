"""Scales and instruments as data: the grammar of an entry, and folders of entries."""
