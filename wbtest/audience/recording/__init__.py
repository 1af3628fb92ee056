"""From an event in memory to rows and roll-ups, in groups, exactly."""
