"""The lock: what was fixed of a study, when, and whether outcome data were there."""
