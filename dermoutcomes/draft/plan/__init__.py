"""The visits and the people that all tables of a folder speak of."""
