"""An experiment's verdict in one line, for lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Literal, NamedTuple

from wbtest.publishing.decisions import choices_of
from wbtest.publishing.models import Experiment
from wbtest.results.figures import Judged, judge_all, judged
from wbtest.results.in_words import Badge, badge, headline
from wbtest.results.totals import total
from wbtest.results.trust import is_red


class Summary(NamedTuple):
    """The verdict in a word, a sentence, and a badge, and whether it can be trusted.

    ``seen`` and ``signups`` are people who count so far. ``is_reached``: the rule
    says what to do. ``is_withheld``: the figures cannot be trusted. ``reached_at`` is when there
    was a verdict, also one that is in doubt since. ``decision`` is the team's, '' before.
    """

    word: Literal["met", "not_met", "not_enough", "withheld", "none"]
    sentence: str
    badge: Badge
    trust: str = ""
    seen: int = 0
    signups: int = 0
    is_reached: bool = False
    is_withheld: bool = False
    reached_at: datetime | None = None
    decision: str = ""


def summary(experiment: Experiment, now: datetime, decision: str = "") -> Summary:
    """Return the verdict of an experiment; of a draft there is none."""
    if experiment.started_at is None:
        return Summary("none", "Not started yet.", Badge("Draft", "neutral"))
    return _summary(judged(experiment, now), decision)


def _summary(results: Judged, decision: str) -> Summary:
    verdict = results.verdict
    is_withheld = bool(verdict.is_withheld or verdict.doubt)
    everybody = total(chain.from_iterable(results.days.values()))
    return Summary(
        "withheld" if is_withheld else verdict.word,
        headline(results),
        badge(results),
        trust=_trust(results),
        seen=everybody.seen,
        signups=everybody.signups,
        is_reached=bool(verdict.choice) and not is_withheld,
        is_withheld=is_withheld,
        reached_at=verdict.reached_at,
        decision=decision,
    )


def summaries(experiments: Sequence[Experiment], now: datetime) -> dict[int, Summary]:
    """Return the summary of each started experiment, by its id: five queries for all of them."""
    started = [experiment for experiment in experiments if experiment.started_at is not None]
    decided = choices_of(started)
    return {
        experiment_id: _summary(found, decided.get(experiment_id, ""))
        for experiment_id, found in judge_all(started, now).items()
    }


def _trust(results: Judged) -> str:
    """What the checks that can withhold a verdict ask for; '' while they are in order."""
    if is_red(results.trust):
        return "The figures are not to be trusted as they are."
    warnings = sum(check.state == "warn" for check in results.trust)
    if not warnings:
        return ""
    return "One check wants a look." if warnings == 1 else f"{warnings} checks want a look."
