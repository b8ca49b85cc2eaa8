"""Tests of dermoutcomes_gais."""
