"""Figures of a report as data: what is drawn, at which values, from which results.

How it is drawn is a reporter's.
"""
