"""Questions that visitors ask; they wait beside the release."""
