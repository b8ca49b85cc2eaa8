"""Whose a row is: ids that are equal but for their zeros, and rows that are nobody's."""
