"""People whom the team has on a list from elsewhere: brought in, kept apart, taken back."""
