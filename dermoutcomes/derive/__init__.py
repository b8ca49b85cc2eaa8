"""From what was read to what follows from it.

Recodings, values of raw curves, and derived parameters.
"""
