"""The checks of the core, a kind a module."""
