"""Headers that say something of the cells below them, and readings that name their arm."""
