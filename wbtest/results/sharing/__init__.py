"""Showing the figures of a test to people outside, by a link that only reads."""
