"""What can be said of a study file before its data are read, a section a module."""
