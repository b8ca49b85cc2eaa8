"""Pictures as SVG inside the page, drawn by matplotlib's objects; the same bytes at every run."""
