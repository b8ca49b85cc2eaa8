"""What a run would do and take, said before it is done."""
