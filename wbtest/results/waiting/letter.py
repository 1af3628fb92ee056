"""The mail of the day about what is new among what needs somebody. Pure."""

from collections.abc import Sequence
from datetime import datetime

from wbtest.letter import Letter
from wbtest.review.waiting.waits import Wait

# What is more than that is read on the page.
MOST_LINES = 20


def letter_of(news: Sequence[Wait], now: datetime, base_url: str, stop_url: str) -> Letter:
    """Return the mail about ``news``."""
    parts = [_line(wait, now, base_url) for wait in news[:MOST_LINES]]
    if len(news) > MOST_LINES:
        parts.append(f"And {len(news) - MOST_LINES} more.")
    count = "One thing needs" if len(news) == 1 else f"{len(news)} things need"
    return Letter(
        f"{count} you: {news[0].what}",
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
