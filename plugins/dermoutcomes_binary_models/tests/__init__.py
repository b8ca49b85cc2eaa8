"""Tests of dermoutcomes_binary_models."""
