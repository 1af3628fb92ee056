"""The portfolio in sentences: how many got how far, and what stopping early was worth. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

import sqlalchemy as sa

from wbtest.extensions import db
from wbtest.ideas.idea import State
from wbtest.publishing.models import Experiment
from wbtest.results.costs import CURRENCIES
from wbtest.results.models import Spend
from wbtest.web import number_of

Outcome = Literal["reached", "went", "stopped", "running", "undecided", "iterate", "writing"]
# In the order in which they are told.
SAID: dict[Outcome, str] = {
    "reached": "on target",
    "went": "going ahead below target",
    "running": "undecided",
    "undecided": "to decide",
    "iterate": "back to writing",
    "writing": "in writing",
    "stopped": "stopped early",
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


def summary_sentence(outcomes: Iterable[Outcome]) -> str:
    """Return how many ideas got how far; every idea is told once.

    >>> summary_sentence(["stopped", "running", "running", "reached"])
    '4 ideas: 1 on target, 2 undecided, 1 stopped early.'
    >>> summary_sentence(["running"])
    '1 idea: 1 undecided.'
    """
    counts = Counter(outcomes)
    parts = [f"{counts[name]:,} {said}" for name, said in SAID.items() if counts[name]]
    return f"{number_of(counts.total(), 'idea')}: {', '.join(parts)}."


def wanted(proposed: str, choice: str, *, is_doubted: bool) -> str:
    """Return what an idea wants of the team: ``proposed`` waits, ``choice`` is what the rule says.

    >>> wanted("", "go", is_doubted=False)
    'Result: go, decide now'
    """
    if proposed:
        return f"{proposed.capitalize()} needs a second approver"
    if is_doubted:
        return "Data unreliable"
    return f"Result: {choice}, decide now" if choice else "Undecided, decide anyway"


def weeks_in_words(weeks: int) -> str:
    """Return a guess of weeks as people say it.

    >>> weeks_in_words(13), weeks_in_words(1), weeks_in_words(8)
    ('a quarter', 'a week', '8 weeks')
    """
    for fewest, most, words in SPANS:
        if fewest <= weeks <= most:
            return words
    return "a week" if weeks == 1 else f"{weeks:,} weeks"


def time_saved(days: int, weeks: int | None) -> str:
    """Return what a stopped idea took, beside what somebody guessed that building it would take.

    >>> time_saved(11, 13), time_saved(1, None)
    ('11 days instead of a quarter', '1 day')
    """
    took = number_of(days, "day")
    return f"{took} instead of {weeks_in_words(weeks)}" if weeks else took


def stopped_sentence(days: Sequence[int], weeks: Sequence[int]) -> str:
    """Return what stopping early was worth; ``weeks`` are the guesses there are, '' for no stop.

    >>> stopped_sentence([11, 4], [13])
    'Stopping 2 ideas took 15 days in all. Building one of them was guessed at a quarter.'
    >>> stopped_sentence([11], [13])
    'Stopping 1 idea took 11 days instead of a quarter.'
    """
    if not days:
        return ""
    ideas = number_of(len(days), "idea")
    if len(days) == len(weeks):
        together = " in all" if len(days) > 1 else ""
        return f"Stopping {ideas} took {time_saved(sum(days), sum(weeks))}{together}."
    first = (
        f"Stopping {ideas} took {time_saved(sum(days), None)}{' in all' if len(days) > 1 else ''}."
    )
    if not weeks:
        return first
    some = "one" if len(weeks) == 1 else f"{len(weeks):,}"
    return f"{first} Building {some} of them was guessed at {weeks_in_words(sum(weeks))}."


# Amounts in the smallest unit, by the code of their currency; currencies are never added up.
Amounts = Counter[str]


def spent_on(tests: Collection[int]) -> dict[int, Amounts]:
    """Return what was spent on each of these experiments, by its id: one query."""
    rows = db.session.execute(
        sa.select(Spend.experiment_id, Spend.currency, sa.func.sum(Spend.amount))
        .where(Spend.experiment_id.in_(tests))
        .group_by(Spend.experiment_id, Spend.currency)
    )
    found: dict[int, Amounts] = {}
    for key, currency, amount in rows:
        found.setdefault(key, Counter())[currency] += int(amount)
    return found


def spent_in_all() -> Amounts:
    """Return what was spent on all tests: one query."""
    rows = db.session.execute(
        sa.select(Spend.currency, sa.func.sum(Spend.amount))
        .join(Experiment, Experiment.id == Spend.experiment_id)
        .group_by(Spend.currency)
    )
    return Counter({currency: int(amount) for currency, amount in rows})


def amounts_text(amounts: Amounts) -> str:
    """Return amounts for people; a dash where nobody has entered any.

    >>> amounts_text(Counter(EUR=123_400, USD=5_000)), amounts_text(Counter())
    ('€1,234.00 + $50.00', '–')
    """
    parts = [CURRENCIES[code].write(amount) for code, amount in sorted(amounts.items())]
    return " + ".join(parts) or "–"
