"""Plugins found, loaded and judged; the registry of what they declare; templates for new ones."""
