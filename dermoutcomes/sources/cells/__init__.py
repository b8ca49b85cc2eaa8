"""What stands in a cell: numbers, dates, units, words."""
