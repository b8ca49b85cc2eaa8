"""From the files of a study to its tables.

Every number parsed once, every unreadable cell a finding.
"""
