"""Tests of dermoutcomes_html."""
