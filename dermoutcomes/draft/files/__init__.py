"""Files of a folder as tables that a person would see."""
