"""The batteries: a class of tests for each kind of declaration."""
