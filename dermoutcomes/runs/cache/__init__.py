"""What runs of a study leave for the next run of it: outputs of steps, and drawings."""
