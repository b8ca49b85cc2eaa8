"""Hypotheses and verdicts on claims, and the words of verdicts."""
