"""The audit log: who did what that matters, when, and from where. Lines are only ever added."""
