"""Tests of dermoutcomes_multiplicity."""
