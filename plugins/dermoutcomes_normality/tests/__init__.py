"""Tests of dermoutcomes_normality."""
