"""What a result rests on: the walk back to the rows of the files, and what a page needs of it."""
