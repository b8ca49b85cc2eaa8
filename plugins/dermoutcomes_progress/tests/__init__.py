"""Tests of dermoutcomes_progress."""
