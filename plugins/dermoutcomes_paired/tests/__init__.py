"""Tests of dermoutcomes_paired."""
