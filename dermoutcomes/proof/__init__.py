"""Numbers held to independent software: reference methods of plugins, cases, differences."""
