"""Tests of dermoutcomes_repeated_measures."""
