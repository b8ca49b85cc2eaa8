"""What the form of a scale declares."""
