"""Tests of dermoutcomes_tables."""
