"""Pictures as SVG inside the page, written directly: no drawing library to load, text stays text, equal runs give equal bytes."""
