"""Tests of dermoutcomes_ancova."""
