"""Tests of dermoutcomes_descriptive."""
