"""Questions to the site about findings, and what it answered."""
