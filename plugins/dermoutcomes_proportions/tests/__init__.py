"""Tests of dermoutcomes_proportions."""
