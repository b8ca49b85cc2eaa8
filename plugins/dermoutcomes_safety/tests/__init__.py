"""Tests of dermoutcomes_safety."""
