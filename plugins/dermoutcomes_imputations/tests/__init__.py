"""Tests of dermoutcomes_imputations."""
