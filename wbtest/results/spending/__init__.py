"""What the team spent on each source, and what a visitor and a sign-up from there cost."""
