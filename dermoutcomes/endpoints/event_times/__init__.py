"""Times to an event: from dates of events and of the end of observation, or as files state them."""
