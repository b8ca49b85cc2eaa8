"""The tables that every study shares: subjects, allocations, milestones, exposures, events."""
