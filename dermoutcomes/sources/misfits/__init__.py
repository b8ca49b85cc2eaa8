"""What of a file fits nothing: rows of another width, columns and headers that nobody takes."""
