"""The mail with an invitation. Pure."""

from datetime import datetime

from wbtest.letter import Letter


def invitation(
    *, team: str, invited_by: str, role: str, does: str, url: str, until: datetime
) -> Letter:
    """Return the mail that asks somebody in; ``does`` says what this ``role`` may do."""
    parts = (
        f"{invited_by} asks you to join {team} on wbtest as {role}. {does}",
        f"Open this page and press the button:\n{url}",
        f"The link is for you alone: it works once, until {until.day} {until:%B, %H:%M} UTC. "
        "If you did not expect it, do nothing, and nothing happens.",
    )
    return Letter(f"{invited_by} asks you to join {team}", "\n\n".join(parts) + "\n")
