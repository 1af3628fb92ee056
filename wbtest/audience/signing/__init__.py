"""The address that somebody leaves, and every step after it."""
