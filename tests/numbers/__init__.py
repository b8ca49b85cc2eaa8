"""From a study to a number: every statistic of small studies, recomputed from their raw cells in plain NumPy and SciPy."""
