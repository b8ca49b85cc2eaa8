"""Steps cut into parts for other processes, where one is long: what they give is put together here."""
