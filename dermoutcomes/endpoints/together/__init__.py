"""Endpoints of one design, assessed in one pass: what each would give by itself."""
