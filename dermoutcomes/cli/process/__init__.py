"""The process of a command: what it may take of the machine, and words where the system ends it."""
