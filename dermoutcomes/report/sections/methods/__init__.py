"""How the study was planned and analysed, what its words mean, and what its numbers rest on."""
