"""How a draft came to be: its timeline, what differs between two texts, and going back."""
