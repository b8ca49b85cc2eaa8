"""Tests of dermoutcomes_ordinal."""
