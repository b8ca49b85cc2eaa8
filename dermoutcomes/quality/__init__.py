"""Data quality: checks of the readings, the table of what they found, and the list of queries for the site."""
