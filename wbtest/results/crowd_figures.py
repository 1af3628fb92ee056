"""The figures without each announced crowd, beside the sealed ones, in which it counts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from wbtest.publishing.rule import Crowd, Hypothesis
from wbtest.results.evidence_path import HourCounts, look
from wbtest.results.history import CrowdPeople, History
from wbtest.results.trust import Check, listed
from wbtest.results.verdict import RunPeriod, Verdict, judge
from wbtest.statistics import Counts
from wbtest.web import percent

WORDS = {"met": "target met", "not_met": "target not met", "not_enough": "undecided"}
# A rate of fewer is not shown.
FEWEST = 100


class CrowdFigures(Struct, frozen=True):
    """A crowd, who came of it, and what would be without them: all variants, and the verdict."""

    crowd: Crowd
    people: CrowdPeople
    without: Counts
    verdict: Verdict


def crowd_figures(
    rule: Hypothesis, counted: History, life: RunPeriod, *, is_trusted: bool
) -> tuple[CrowdFigures, ...]:
    """Return the figures without each crowd of the rule, in its order.

    Where the figures of everybody are not to be trusted, nor are these.
    """
    # Of a crowd that somebody wrote into the rule by hand nothing was counted.
    return tuple(
        _without(rule, counted, life, crowd, people, is_trusted=is_trusted)
        for crowd, people in zip(rule.crowds, counted.crowds, strict=False)
    )


def check_crowds(verdict: Verdict, crowds: Sequence[CrowdFigures]) -> list[Check]:
    """Does the verdict turn on a crowd that was announced? Nothing where none was.

    An announced crowd is in no comparison of networks, so this is where it shows.
    """
    title = "Same result without an announced crowd"
    turning = [each for each in crowds if each.verdict.word != verdict.word]
    if not crowds or verdict.is_withheld:
        return []
    if not turning:
        reason = "Without any of the announced crowds the result is the same."
        return [Check("crowds", "ok", reason, title, "yes")]
    said = [f"without “{each.crowd.name}” it’s {WORDS[each.verdict.word]}" for each in turning]
    reason = f"The result is {WORDS[verdict.word]}; {listed(said)}."
    do = "Ask yourself whether these are the people you want to know about."
    return [Check("crowds", "warn", reason, title, "no", do=do)]


def _without(
    rule: Hypothesis,
    counted: History,
    life: RunPeriod,
    crowd: Crowd,
    people: CrowdPeople,
    *,
    is_trusted: bool,
) -> CrowdFigures:
    hours = counted.hours.without(people.hours)
    looks = look(
        hours,
        rule,
        life.now,
        counted.fair.without(people.hours) if counted.networks.apart else None,
    )
    verdict = judge(rule, hours, looks, life, is_trusted=is_trusted)
    return CrowdFigures(crowd, people, _whole(hours), verdict)


def _whole(hours: HourCounts) -> Counts:
    """Everything that was counted, over all variants."""
    totals = hours.totals()
    return Counts(sum(each.seen for each in totals), sum(each.converted for each in totals))


def lines(crowds: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the figures with all crowds and without each, a line each, from their JSON form."""
    if not crowds:
        return []
    return [f"With everyone: {_figures(crowds[0]['with'])}.", *map(_line, crowds)]


def _line(crowd: Mapping[str, Any]) -> str:
    if not crowd["admitted"]:
        return f"“{crowd['name']}” made no difference."
    people = f"{crowd['admitted']:,} of up to {crowd['people']:,} people came."
    return f"Without “{crowd['name']}”: {_figures(crowd['without'])}. {people}"


def _figures(figures: Mapping[str, Any]) -> str:
    seen, converted, word = figures["seen"], figures["converted"], WORDS[figures["verdict"]]
    if figures["withheld"]:
        word = "unreliable" if figures["verdict"] == "not_enough" else f"{word}, now in doubt"
    rate = f" ({percent(figures['rate'])})" if seen >= FEWEST else ""
    return f"{converted:,} of {seen:,}{rate}, {word}"
