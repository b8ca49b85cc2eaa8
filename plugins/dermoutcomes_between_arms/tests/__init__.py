"""Tests of dermoutcomes_between_arms."""
