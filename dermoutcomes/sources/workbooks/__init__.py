"""Workbooks of several sheets."""
