"""Tests of dermoutcomes_mmrm."""
