"""How many subjects a study needs: the power of each planned hypothesis's main analysis, from the study file alone."""
