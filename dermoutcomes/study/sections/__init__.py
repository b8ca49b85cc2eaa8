"""The tables of the study file as frozen values: what a user may write, with types and help."""
