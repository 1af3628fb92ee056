"""The portfolio in sentences: how many got how far, and what stopping early was worth. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from wbtest.http import number_of
from wbtest.results.portfolio.idea import State
from wbtest.results.trust import listed

Outcome = Literal["reached", "went", "stopped", "running", "undecided", "iterate", "writing"]
# What one idea did, and what several did, in the order in which they are told.
SAID: dict[Outcome, tuple[str, str]] = {
    "reached": ("reached its bar", "reached their bar"),
    "went": ("goes ahead without having reached it", "go ahead without having reached it"),
    "stopped": ("was stopped early", "were stopped early"),
    "running": ("is not settled yet", "are not settled yet"),
    "undecided": ("waits for a decision", "wait for a decision"),
    "iterate": ("goes back to writing", "go back to writing"),
    "writing": ("is on paper", "are on paper"),
}
# Guesses as people say them, by the fewest and the most weeks.
SPANS = ((12, 14, "a quarter"), (25, 27, "half a year"), (50, 54, "a year"))


def outcome_of(state: State, *, is_reached: bool, is_over: bool) -> Outcome:
    """Return how far an idea got. ``is_reached``: the newest figures are above its bar.

    >>> outcome_of("needs", is_reached=False, is_over=False)
    'running'
    """
    if state in ("stopped", "writing"):
        return "stopped" if state == "stopped" else "writing"
    if is_reached:
        return "reached"
    if state in ("go", "iterate"):
        return "went" if state == "go" else "iterate"
    return "undecided" if is_over else "running"


def sentence(outcomes: Iterable[Outcome]) -> str:
    """Return how many ideas got how far; every idea is told once.

    >>> sentence(["stopped", "running", "running", "reached"])
    'Of 4 ideas 1 reached its bar, 1 was stopped early and 2 are not settled yet.'
    >>> sentence(["running"])
    'The only idea so far is not settled yet.'
    """
    counts = Counter(outcomes)
    total = counts.total()
    if total == 1:
        return f"The only idea so far {SAID[next(iter(counts))][0]}."
    parts = [
        f"{counts[name]:,} {one if counts[name] == 1 else several}"
        for name, (one, several) in SAID.items()
        if counts[name]
    ]
    return f"Of {total:,} ideas {listed(parts)}."


def wanted(proposed: str, choice: str, *, is_doubted: bool) -> str:
    """Return what an idea wants of the team: ``proposed`` waits, ``choice`` is what the rule says.

    >>> wanted("", "go", is_doubted=False)
    'The rule says go: decide.'
    """
    if proposed:
        return f"{proposed.capitalize()} is proposed: a second person says yes or no."
    if is_doubted:
        return "The figures are not to be trusted: see why."
    return f"The rule says {choice}: decide." if choice else "Not settled: decide all the same."


def weeks_in_words(weeks: int) -> str:
    """Return a guess of weeks as people say it.

    >>> weeks_in_words(13), weeks_in_words(1), weeks_in_words(8)
    ('a quarter', 'a week', '8 weeks')
    """
    for fewest, most, words in SPANS:
        if fewest <= weeks <= most:
            return words
    return "a week" if weeks == 1 else f"{weeks:,} weeks"


def instead(days: int, weeks: int | None) -> str:
    """Return what a stopped idea took, beside what somebody guessed that building it would take.

    >>> instead(11, 13), instead(1, None)
    ('11 days instead of a quarter', '1 day')
    """
    took = number_of(days, "day")
    return f"{took} instead of {weeks_in_words(weeks)}" if weeks else took


def honour(days: Sequence[int], weeks: Sequence[int]) -> str:
    """Return what stopping early was worth; ``weeks`` are the guesses there are, '' for no stop.

    >>> honour([11, 4], [13])
    'Stopping 2 ideas took 15 days in all. Building one of them was guessed at a quarter.'
    >>> honour([11], [13])
    'Stopping 1 idea took 11 days instead of a quarter.'
    """
    if not days:
        return ""
    ideas = number_of(len(days), "idea")
    if len(days) == len(weeks):
        together = " in all" if len(days) > 1 else ""
        return f"Stopping {ideas} took {instead(sum(days), sum(weeks))}{together}."
    first = f"Stopping {ideas} took {instead(sum(days), None)}{' in all' if len(days) > 1 else ''}."
    if not weeks:
        return first
    some = "one" if len(weeks) == 1 else f"{len(weeks):,}"
    return f"{first} Building {some} of them was guessed at {weeks_in_words(sum(weeks))}."
