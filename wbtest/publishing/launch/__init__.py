"""What must be right before strangers come, and who says so."""
