"""What is said of a run before it begins."""
