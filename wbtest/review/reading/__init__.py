"""The reading room: blind answers, silent reading, what one thinks, a forecast."""
