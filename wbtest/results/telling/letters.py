"""The mails about a test, in plain text. Pure."""

from collections.abc import Sequence
from datetime import date

from wbtest.letter import Letter
from wbtest.results.trust import Check, is_red, listed


def trust_sentence(checks: Sequence[Check]) -> str:
    """Say in a sentence whether the figures can be trusted.

    >>> trust_sentence([Check("split", "ok", "", "Split as planned", "yes")])
    'Nothing speaks against the figures.'
    """
    if is_red(checks):
        red = [f"{check.title}: {check.value}" for check in checks if check.state == "stop"]
        return f"The figures cannot be trusted as they are ({'; '.join(red)})."
    doubted = [f"“{check.title}”" for check in checks if check.state == "warn"]
    if not doubted:
        return "Nothing speaks against the figures."
    wants = "One check wants" if len(doubted) == 1 else "Some checks want"
    return f"{wants} a look: {listed(doubted)}."


def people(count: int, seen: str, signed_up: int) -> str:
    """Say how many saw a page and left their address.

    >>> people(1, "saw the page", 0)
    '1 person saw the page, and nobody left an address'
    """
    who = "nobody" if not count else "1 person" if count == 1 else f"{count:,} people"
    left = "nobody" if not signed_up else f"{signed_up:,}"
    return f"{who} {seen}, and {left} left an address"


def days(first: date, last: date) -> str:
    """Name a week as people do.

    >>> days(date(2027, 3, 1), date(2027, 3, 7)), days(date(2027, 3, 29), date(2027, 4, 4))
    ('1 to 7 March', '29 March to 4 April')
    """
    start = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"{start} to {last.day} {last:%B}"


def written(subject: str, *paragraphs: str) -> Letter:
    """Put a mail together; empty paragraphs are left out."""
    return Letter(subject, "\n\n".join(part for part in paragraphs if part))
