"""The mail of the day about what is new among what needs somebody. Pure."""

from collections.abc import Sequence
from datetime import datetime

from wbtest.letter import Letter
from wbtest.review.waiting.waits import Wait

# What is more than that is read on the page.
MOST_LINES = 20


def letter_of(
    news: Sequence[tuple[str, Sequence[Wait]]], now: datetime, base_url: str, stop_url: str
) -> Letter:
    """Return the mail about ``news``: the name of each workspace, and what is new there.

    The name is said where there are several.
    """
    number, parts = 0, []
    for name, waits in news:
        if len(news) > 1 and number < MOST_LINES:
            parts.append(f"In {name}:")
        parts += [_line(wait, now, base_url) for wait in waits[: max(0, MOST_LINES - number)]]
        number += len(waits)
    if number > MOST_LINES:
        parts.append(f"And {number - MOST_LINES} more.")
    count = "One thing needs" if number == 1 else f"{number} things need"
    # A mail about several workspaces names none: one of them may be deleted.
    about = f": {news[0][1][0].what}" if len(news) == 1 else ""
    return Letter(
        f"{count} you{about}",
        "\n\n".join(
            (
                *parts,
                f"All that needs you, also what you were told before:\n{base_url}/needs-you",
                "You get this in the morning, when something is new or late, and nothing twice. "
                f"Stop these mails:\n{stop_url}\n",
            )
        ),
    )


def _line(wait: Wait, now: datetime, base_url: str) -> str:
    return f"{wait.what}\n  {wait.by} · {wait.how_long(now)}\n  {base_url}{wait.path}"
