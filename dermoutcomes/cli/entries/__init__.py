"""Instruments and scales as rows: for the command `plugins --kind`, and for the page of all of them."""
