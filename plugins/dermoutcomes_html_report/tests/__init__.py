"""Tests of dermoutcomes_html_report."""
