"""What is on record of a run: manifest and history, and whether a folder is still as they say."""
