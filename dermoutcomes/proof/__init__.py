"""Numbers held to independent software: the reference methods of all plugins, their cases, and what differs."""
