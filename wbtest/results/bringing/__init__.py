"""The owners' pages on which people come in from a list, and go again."""
