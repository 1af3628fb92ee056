"""Asking people into the team by e-mail: a link that works once, for the one it was sent to."""
