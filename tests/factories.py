"""Small makers of the things a test is not about."""
