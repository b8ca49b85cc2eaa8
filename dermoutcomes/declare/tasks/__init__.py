"""The task that an analysis gets, what it looks at, and how it refuses."""
