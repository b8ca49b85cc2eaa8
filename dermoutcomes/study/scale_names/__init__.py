"""What a study states by the name that its scale has for it: responders and tables of bands."""
