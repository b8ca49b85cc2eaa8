"""A run: the order of stages, steps and who does them, the run folder and its manifest."""
