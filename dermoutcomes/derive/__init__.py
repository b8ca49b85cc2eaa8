"""From what was read to what follows from it: recodings, values of raw curves, and derived parameters."""
