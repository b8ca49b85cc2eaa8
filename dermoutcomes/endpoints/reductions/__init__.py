"""Replicates, days, raters, places and sides: what several readings of an endpoint become."""
