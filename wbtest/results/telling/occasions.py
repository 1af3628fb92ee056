"""What of a test is worth a mail: a red check, the verdict, the end. Pure.

Unusual sign-ups aren't among it: ``audience.signing.alarms`` has the owners told of these.
"""

from __future__ import annotations

from typing import NamedTuple

from wbtest.results.figures import Judged
from wbtest.results.in_words import badge, evidence, headline, promise

VERDICT = "verdict"
OVER = "over"
BROKEN = "the figures cannot be trusted"


class Occasion(NamedTuple):
    """Something that happened; ``key`` names it, ``subject`` follows the page's address.

    ``text`` is a paragraph of the mail.
    """

    key: str
    subject: str
    text: str


def occasions(results: Judged) -> list[Occasion]:
    """Return everything that has happened so far, what matters most first."""
    verdict = results.verdict
    # Each red check has a key of its own: an early warning must not hide a later one.
    found = [
        Occasion(
            f"trust {check.check}",
            # The last one is about a verdict that has faded since.
            badge(results).text.lower() if check.check == "since" else BROKEN,
            f"{check.title}: {check.value}. {check.reason} {check.do}".strip(),
        )
        for check in results.trust
        if check.state == "stop"
    ]
    if verdict.word != "not_enough" and not verdict.is_withheld:
        found.append(Occasion(VERDICT, badge(results).text.lower(), _said(results)))
    if verdict.is_final:
        subject = f"over, {badge(results).text.lower()}"
        text = "The test is over, and the figures are final."
        found.append(Occasion(OVER, subject, f"{text}\n\n{_said(results)}"))
    return found


def _said(results: Judged) -> str:
    said = f"{headline(results)} {evidence(results)}".strip()
    then = promise(results)
    return f"{said}\n\nWhat you said you would do then: {then}" if then else said
