"""What of a test is worth a mail: the verdict, the last visitor, a broken test, the end.

Unusual sign-ups are not among it: ``audience.signing.alarms`` has the owners told of these.
"""

from __future__ import annotations

from typing import NamedTuple

from wbtest.results.figures import Judged
from wbtest.results.in_words import badge, evidence, headline, promise

VERDICT = "verdict"
OVER = "over"
BROKEN = "the figures cannot be trusted"


class Occasion(NamedTuple):
    """Something that happened; ``key`` names it for ever, ``subject`` follows the page's address.

    ``text`` is a paragraph of the mail.
    """

    key: str
    subject: str
    text: str


def occasions(results: Judged) -> list[Occasion]:
    """Return everything that has happened by now, what matters most first."""
    return [*_broken(results), *_reached(results), *_full(results), *_unsettled(results)]


def _broken(results: Judged) -> list[Occasion]:
    """Each check that is red; an early warning must not hide a later one."""
    return [
        Occasion(
            f"trust {check.check}",
            # The last one is about a verdict that has faded since.
            badge(results).text.lower() if check.check == "since" else BROKEN,
            f"{check.title}: {check.value}. {check.reason} {check.do}".strip(),
        )
        for check in results.trust
        if check.state == "stop"
    ]


def _reached(results: Judged) -> list[Occasion]:
    verdict = results.verdict
    if verdict.word == "not_enough" or verdict.is_withheld:
        return []
    said = [f"{headline(results)} {evidence(results)}"]
    if then := promise(results):
        said.append(f"What you said you would do then: {then}")
    return [Occasion(VERDICT, badge(results).text.lower(), "\n\n".join(said))]


def _full(results: Judged) -> list[Occasion]:
    if not results.verdict.is_capped:
        return []
    seen, most = results.everybody.seen, results.rule.maximum_visitors
    # A test may still be found to be not met: that waits for late answers of those who came before.
    text = f"{seen:,} visitors have come, as many as the rule allows ({most:,})."
    return [Occasion("sample", "as many visitors as planned", text)]


def _unsettled(results: Judged) -> list[Occasion]:
    verdict = results.verdict
    if not verdict.is_final or verdict.word != "not_enough" or verdict.is_withheld:
        return []
    said = [f"The test is over, and the figures are final. {headline(results)}"]
    if then := promise(results):
        said.append(f"What you said you would do then: {then}")
    return [Occasion(OVER, "over, and not settled", "\n\n".join(said))]
