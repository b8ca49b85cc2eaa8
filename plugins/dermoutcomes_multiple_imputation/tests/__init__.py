"""Tests of dermoutcomes_multiple_imputation."""
