"""The tables of results: what describes an endpoint, what compares, what a model says."""
