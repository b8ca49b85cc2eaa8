"""Tests of dermoutcomes_cutometer."""
