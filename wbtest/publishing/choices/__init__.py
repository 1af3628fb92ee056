"""How a page treats its visitors: what it counts with, what it asks, how long it keeps."""
