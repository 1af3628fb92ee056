"""Links that say where visitors come from, and their QR codes."""
