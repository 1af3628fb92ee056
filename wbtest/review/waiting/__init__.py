"""What of a review waits for whom."""
