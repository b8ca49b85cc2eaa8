"""Visits of readings: by name or by date, and the ones that are missed."""
