"""Endpoint records: from readings to what is analysed, by one fixed chain of pure functions."""
