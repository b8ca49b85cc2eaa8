"""Tests of dermoutcomes_readers."""
