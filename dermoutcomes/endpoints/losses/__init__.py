"""What became of readings and records: reasons, and their accounts in the ledger."""
