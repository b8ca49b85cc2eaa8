"""Tests of dermoutcomes_reliability."""
