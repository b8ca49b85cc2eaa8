"""Tests of dermoutcomes_categorical."""
