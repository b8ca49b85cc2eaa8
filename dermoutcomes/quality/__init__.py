"""Data quality: checks of the readings, their findings, and the list of queries for the site."""
