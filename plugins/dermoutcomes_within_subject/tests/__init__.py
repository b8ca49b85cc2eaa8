"""Tests of dermoutcomes_within_subject."""
