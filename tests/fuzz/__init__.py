"""Inputs of every kind, mutated: either refused, or told, or no number changed."""
