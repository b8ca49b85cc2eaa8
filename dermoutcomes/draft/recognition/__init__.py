"""What words, headers and cells mean."""
