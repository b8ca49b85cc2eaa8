"""Commands for the record of a study: what was fixed, what was done, what is still as it was."""
