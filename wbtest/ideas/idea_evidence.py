"""What the newest test of an idea says, held against the idea's own bar.

A running test is judged now. Of one that is over and decided, the figures of the decision stand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from wbtest.publishing import rule_text as rule_in_words
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_rule
from wbtest.results.figures import Evaluation, evaluate_all
from wbtest.results.verdict import Standing, State, Verdict
from wbtest.results.verdict_text import STANDINGS, Badge, badge, leading

DOUBTED = {"met": "Met, now in doubt", "not_met": "Not met, now in doubt"}


class Evidence(Struct, frozen=True):
    """Counts and decision interval of the variant that matters most.

    All rates are fractions. ``choice`` is what the rule says to do, '' while it says nothing.
    ``is_doubted``: the figures cannot be trusted. ``is_ripe``: looking longer settles no more.
    """

    claim: str
    seen: int
    converted: int
    rate: float | None
    low: float
    high: float
    target: float
    floor: float
    standing: Standing
    verdict: Badge
    is_reached: bool
    choice: str
    is_doubted: bool
    is_ripe: bool

    @property
    def word(self) -> Badge:
        """What may be said of it, in two words."""
        return STANDINGS[self.standing]

    def of_target(self, rate: float) -> float:
        """Return how many times its target a rate is: 1 is the bar of every idea."""
        return rate / self.target


def all_evidence_now(experiments: Collection[Experiment], now: datetime) -> dict[int, Evidence]:
    """Return what started tests say at ``now``, by their id, with as many queries as for one."""
    return {key: _evidence(found) for key, found in evaluate_all(experiments, now).items()}


def _evidence(results: Evaluation) -> Evidence:
    variant, verdict = leading(results), results.verdict
    return Evidence(
        claim=rule_in_words.claim(results.rule),
        seen=variant.totals.seen,
        converted=variant.totals.converted,
        rate=variant.rate,
        low=variant.decision.low,
        high=variant.decision.high,
        target=results.rule.target,
        floor=results.rule.floor,
        standing="withheld" if results.is_red else variant.standing,
        verdict=badge(results),
        is_reached=verdict.word == "met" and not results.is_red,
        choice=verdict.choice,
        is_doubted=results.is_red,
        is_ripe=verdict.recommendation != "keep_running" or results.is_red,
    )


def evidence_kept(experiment: Experiment, figures: Mapping[str, Any]) -> Evidence:
    """Return what the figures of a decision said; no database is asked."""
    target = figures["target"]
    above = {each["key"]: each["log_e_above"] for each in target["variants"]}
    variant = max(figures["variants"], key=lambda each: above[each["key"]])
    low, high = variant["decision"]
    is_withheld = bool(figures["withheld"])
    state: State = "above" if low > target["rate"] else "open"
    if high < target["rate"]:
        state = "below"
    found = Verdict(figures["verdict"], figures["recommendation"], (state,))
    return Evidence(
        claim=rule_in_words.claim(sealed_rule(experiment)),
        seen=variant["seen"],
        converted=variant["converted"],
        rate=variant["rate"],
        low=low,
        high=high,
        target=target["rate"],
        floor=target["floor"],
        standing="withheld" if is_withheld else found.standings[0],
        verdict=_badge(found, is_withheld=is_withheld),
        is_reached=found.word == "met" and not is_withheld,
        choice=found.choice,
        is_doubted=is_withheld,
        is_ripe=True,
    )


def _badge(verdict: Verdict, *, is_withheld: bool) -> Badge:
    """The verdict in two words, as ``in_words.badge`` says it of a test that is over."""
    if is_withheld:
        return Badge(DOUBTED.get(verdict.word, "Unreliable"), "stop")
    if verdict.word == "met":
        return Badge("Target met", "go")
    if verdict.word == "not_met":
        return Badge("Target not met", "iterate" if verdict.recommendation == "iterate" else "stop")
    return Badge("Undecided", "neutral")
