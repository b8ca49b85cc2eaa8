"""Typed options from TOML: parsing, JSON Schema, and the line of each key."""
