"""How many subjects a study needs.

The power of each planned hypothesis's main analysis, from the study file alone.
"""
