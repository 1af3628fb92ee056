"""What an owner does here stands in the audit log, which lies higher up and is handed over."""

from wbtest.runtime import runtime


def note(action: str, about: str) -> None:
    """Add a line to the audit log, in the open write transaction."""
    runtime().hooks.audit(action, about)
