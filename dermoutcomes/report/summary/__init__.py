"""Sections that stand in the short report alone."""
