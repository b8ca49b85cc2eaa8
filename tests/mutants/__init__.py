"""Mutation testing: small faults planted in a copy of the program, to learn which the tests see."""
