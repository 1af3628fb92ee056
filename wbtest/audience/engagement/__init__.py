"""What visitors do on the page beside signing up; for information, never for a verdict."""
