"""What comes next for a test, and for whom; which open pages share their people. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from wbtest.writing.text_rules import joined

if TYPE_CHECKING:
    from wbtest.publishing.stages import Stage


class NextActionInput(NamedTuple):
    """What decides whether an experiment needs the person who looks at the list.

    ``newer`` is the number of a newer revision, 0 for none. ``was_checked``: it passed the launch
    check once. ``wrote``: the person wrote words of
    its variants, and somebody else could sign them off. ``is_given_up``: it was decided to stop.
    ``has_choice``: it was chosen what stands at its address after the end. ``proposed`` is what
    waits for a second person, '' for nothing; ``may_answer``: this person may be it, or has to find
    one for their own.
    """

    stage: Stage
    may_edit: bool
    may_approve: bool
    may_own: bool
    is_approved: bool = False
    newer: int = 0
    was_checked: bool = False
    wrote: bool = False
    is_reached: bool = False
    is_withheld: bool = False
    is_decided: bool = False
    is_given_up: bool = False
    has_choice: bool = False
    proposed: str = ""
    may_answer: bool = False


class NextAction(NamedTuple):
    """What comes next: a sentence, '' for nothing, and whether it is this person's to do.

    ``where`` is the page of the experiment on which it is done: its own, the launch check, the
    results, or what comes after the end. ``what`` is it in a word, '' for what is nobody's to do.
    """

    sentence: str = ""
    is_mine: bool = False
    where: Literal["experiment", "launch", "results", "after"] = "experiment"
    what: Literal["", "answer", "end", "doubt", "decide", "close", "check", "start"] = ""


def next_action(facts: NextActionInput) -> NextAction:
    """Return what comes next for an experiment."""
    if facts.stage in ("draft", "checked"):
        return _next_of_draft(facts)
    if facts.proposed:
        said = f"{facts.proposed.capitalize()} is proposed"
        if facts.may_answer:
            return NextAction(f"{said}. Approve or reject it.", True, "results", "answer")
        return NextAction(f"{said} and needs a second approver.", False, "results")
    if facts.stage in ("running", "paused"):
        if facts.is_given_up:
            said = "You decided to stop. End the test."
            return NextAction(said, facts.may_approve, "results", "end")
        if facts.is_withheld:
            said = "Data unreliable. See why."
            return NextAction(said, facts.may_edit, "results", "doubt")
        if facts.is_reached and not facts.is_decided:
            return NextAction("The result is in. Decide.", facts.may_approve, "results", "decide")
        return NextAction()
    if not facts.is_decided:
        return NextAction("Decide: go, iterate or stop.", facts.may_approve, "results", "decide")
    if not facts.has_choice:
        return NextAction("Choose what its page shows now.", facts.may_own, "after", "close")
    return NextAction()


def time_left(ends_at: datetime, now: datetime) -> str:
    """Return how long an open page still runs, in words.

    >>> from datetime import UTC
    >>> noon = datetime(2027, 3, 1, 12, tzinfo=UTC)
    >>> time_left(noon + timedelta(hours=9), noon), time_left(noon + timedelta(days=3), noon)
    ('ends within a day', '3 days left')
    """
    if ends_at <= now:
        return "its last day is over"
    days = (ends_at - now) // timedelta(days=1)
    if days < 1:
        return "ends within a day"
    return "1 day left" if days == 1 else f"{days} days left"


def shared_sources(live: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Return a warning for each source that two open pages count by name.

    ``live`` are address and named sources of each open page.
    """
    pages: defaultdict[str, list[str]] = defaultdict(list)
    for slug, sources in live:
        for source in sources:
            pages[source].append(f"/p/{slug}")
    return [
        f"“{source}” sends people to {_all_of(addresses)}: who sees more than one page answers "
        "the second with the first in mind. Share one of the links at a time."
        for source, addresses in sorted(pages.items())
        if len(addresses) > 1
    ]


def _all_of(addresses: Sequence[str]) -> str:
    ordered = sorted(addresses)
    return f"both {joined(ordered)}" if len(ordered) == 2 else joined(ordered)


def _next_of_draft(facts: NextActionInput) -> NextAction:
    if facts.newer:
        return NextAction(f"Revision {facts.newer} is newer. Create the test from that one.")
    if not facts.is_approved:
        return NextAction("Its text needs approval.")
    if facts.stage == "draft":
        again = "It changed since the launch check. Check it again."
        said = again if facts.was_checked else "Run the launch check, then start it."
        return NextAction(said, facts.may_edit, "launch", "check")
    if facts.may_approve and not facts.wrote:
        return NextAction("Ready to start.", True, what="start")
    return NextAction("Ready. Someone else has to start it.")
