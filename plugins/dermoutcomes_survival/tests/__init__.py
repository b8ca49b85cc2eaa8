"""Tests of dermoutcomes_survival."""
