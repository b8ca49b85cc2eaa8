"""The accounts of a file in the ledger: its rows and its cells."""
