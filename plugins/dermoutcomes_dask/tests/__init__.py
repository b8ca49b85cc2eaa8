"""Tests of dermoutcomes_dask."""
