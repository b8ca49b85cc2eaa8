"""Tests of dermoutcomes_corneometer."""
