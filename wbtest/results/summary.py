"""An experiment's verdict in one line, for lists, and the other tests of the same release.

Who tests until it works finds something that works by chance; so all tests are shown side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Literal, NamedTuple

from msgspec import Struct
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import selectinload

from wbtest.extensions import db
from wbtest.publishing import rule_text
from wbtest.publishing.experiment_stages import choices_of, newest_decisions
from wbtest.publishing.models import Decision, Experiment
from wbtest.publishing.sealing import sealed_rule
from wbtest.results.figures import Evaluation, evaluate, evaluate_all
from wbtest.results.history import total
from wbtest.results.trust import is_red
from wbtest.results.verdict_text import Badge, badge, headline, is_open


class Summary(NamedTuple):
    """The verdict in a word, a sentence, and a badge, and whether it can be trusted.

    ``seen`` and ``signups`` are people who count so far. ``is_reached``: the rule
    says what to do. ``is_withheld``: the figures cannot be trusted. ``is_open``: the test is over,
    and late answers may still bring a verdict. ``reached_at`` is when there was one, also one that
    is in doubt since. ``decision`` is the team's, '' before.
    """

    word: Literal["met", "not_met", "not_enough", "withheld", "none"]
    sentence: str
    badge: Badge
    trust: str = ""
    seen: int = 0
    signups: int = 0
    is_reached: bool = False
    is_withheld: bool = False
    is_open: bool = False
    reached_at: datetime | None = None
    decision: str = ""


def summary(experiment: Experiment, now: datetime, decision: str = "") -> Summary:
    """Return the verdict of an experiment; of a draft there is none."""
    if experiment.started_at is None:
        return Summary("none", "Not started yet.", Badge("Draft", "neutral"))
    return _summary(evaluate(experiment, now), decision)


def _summary(results: Evaluation, decision: str) -> Summary:
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
        is_open=is_open(results),
        reached_at=verdict.reached_at,
        decision=decision,
    )


def summaries(experiments: Sequence[Experiment], now: datetime) -> dict[int, Summary]:
    """Return the summary of each started experiment, by its id: five queries for all of them."""
    started = [experiment for experiment in experiments if experiment.started_at is not None]
    decided = choices_of(started)
    return {
        experiment_id: _summary(found, decided.get(experiment_id, ""))
        for experiment_id, found in evaluate_all(started, now).items()
    }


def _trust(results: Evaluation) -> str:
    """What the checks that can withhold a verdict ask for; '' while they are in order."""
    if is_red(results.trust):
        return "Data unreliable."
    warnings = sum(check.state == "warn" for check in results.trust)
    if not warnings:
        return ""
    return "1 check to review." if warnings == 1 else f"{warnings} checks to review."


class Attempt(Struct, frozen=True):
    """Another test of the release: its rule, its verdict now, and the newest decision, if any."""

    number: int
    experiment: Experiment
    claim: str
    badge: Badge
    outcome: str
    decision: Decision | None


def other_attempts(experiment: Experiment, now: datetime) -> list[Attempt]:
    """Return every other test of the experiment's release that was started, the first one first."""
    asked = {"release_id": experiment.release_id, "experiment_id": experiment.id}
    others = list(db.session.scalars(_started(), asked))
    if not others:
        return []
    decided = newest_decisions([other.id for other in others])
    found = summaries(others, now)
    return [
        Attempt(
            number=other.attempt,
            experiment=other,
            claim=rule_text.claim(sealed_rule(other)),
            badge=found[other.id].badge,
            outcome=found[other.id].sentence,
            decision=decided.get(other.id),
        )
        for other in others
    ]


@cache
def _started() -> Select[Experiment]:
    """Made once, since to put it together takes longer than to run it."""
    return (
        select(Experiment)
        .where(
            Experiment.release_id == bindparam("release_id"),
            Experiment.started_at.is_not(None),
            Experiment.id != bindparam("experiment_id"),
        )
        .order_by(Experiment.attempt)
        .options(selectinload(Experiment.variants))
    )
