"""Exports with other ids of subjects, by a table that stays with the site."""
