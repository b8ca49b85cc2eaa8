"""The sections of a drafted study file."""
