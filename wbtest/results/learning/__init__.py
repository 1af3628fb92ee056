"""What a test taught goes back to the release: its assumptions settled, and a card to read."""
