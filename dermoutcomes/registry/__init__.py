"""Plugins found, loaded and judged; the frozen registry of what they declare; templates for new ones."""
