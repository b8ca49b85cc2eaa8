"""Tests of dermoutcomes_process_executor."""
