"""How firm a result is: what would undo it, what faking that costs, who it turns on. Pure.

False sign-ups or views undo a verdict. An announced crowd counts in the sealed figures, so the
figures without it stand beside them.

Prices are those of the searching adversary of ``make attacks``: ``docs/trust.md`` has them in full,
with what each of them took.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from msgspec import Struct

from wbtest import statistics
from wbtest.audience.result_counts import Totals
from wbtest.publishing.rule import Crowd, Hypothesis
from wbtest.results.evidence_path import HourCounts, look
from wbtest.results.history import CrowdPeople, History
from wbtest.results.trust import Check, listed
from wbtest.results.verdict import RunPeriod, Verdict, judge
from wbtest.statistics import Counts
from wbtest.web import percent

Kind = Literal["signups", "views"]


class Fragility(Struct, frozen=True):
    """``false`` of the ``of`` sign-ups or views of a variant would undo the verdict.

    ``days`` are the local days on which they came. Of sign-ups ``networks`` and ``domains`` are
    those they came from, as far as is ``known``.
    """

    kind: Kind
    variant: int
    false: int
    of: int
    days: int
    networks: int = 0
    domains: int = 0
    known: int = 0


def fragility_of(
    rule: Hypothesis, life: RunPeriod, verdict: Verdict, counted: History, keys: Sequence[str]
) -> Fragility | None:
    """Return what would undo a verdict; None while there is none, or something speaks against it.

    *Met* is undone when none of its variants is; told is the strongest, which takes most. *Not met*
    is undone by one variant, so the weakest is told.
    """
    if verdict.is_withheld or verdict.doubt or verdict.word == "not_enough":
        return None
    if verdict.word == "met":
        needed = statistics.evidence_needed(rule.alpha, len(keys))
        totals = counted.hours.totals()
        false, k = max(
            (false_signups(totals[k], rule.target, needed, rule.hoped_for), k)
            for k in verdict.variants
        )
        days = sum(row[k].arrived > 0 for row in counted.days.values())
        origin = counted.conversions.origin(keys[k])
        return Fragility("signups", k, false, totals[k].converted, days, *origin)
    needed = statistics.evidence_needed(rule.beta)
    settled_at = life.now - timedelta(hours=rule.conversion_window_hours)
    totals = counted.hours.settled(int(settled_at.timestamp()))
    false, k = min((false_views(counts, rule.target, needed), k) for k, counts in enumerate(totals))
    days = sum(row[k].seen > 0 for row in counted.days.values())
    return Fragility("views", k, false, totals[k].seen, days)


def false_signups(
    counts: Counts, target: float, needed: float, hoped_for: float | None = None
) -> int:
    """Return the least k with which x − k of n are no evidence above the target any more.

    The verdict's own evidence, at the totals of now. The verdict itself looks at every hour and
    stays once it was reached: sign-ups that are taken out of the latest hours alone leave it
    reached, and in doubt, which is no go either.

    >>> false_signups(Counts(seen=711, converted=92), 0.08, statistics.evidence_needed(0.05))
    14
    """

    def is_short(k: int) -> bool:
        left = Counts(counts.seen, counts.converted - k)
        return statistics.log_e_above(left, target, hoped_for) < needed

    return bisect_left(range(counts.converted), True, key=is_short)


def false_views(counts: Counts, target: float, needed: float) -> int:
    """Return the least k with which x of n − k are no evidence below the target any more.

    At the totals of now, of visitors whose conversion window is over, as the verdict counts them.

    >>> false_views(Counts(seen=700, converted=30), 0.08, statistics.evidence_needed(0.05))
    104
    """

    def is_short(k: int) -> bool:
        left = Counts(counts.seen - k, counts.converted)
        return statistics.log_e_below(left, target) < needed

    return bisect_left(range(counts.unconverted), True, key=is_short)


# A rate this far from the target, as a share of it, is away from its line: 5 % and 12 % of 8 %.
FAR_BELOW, FAR_ABOVE = 0.65, 1.45
# The fewest networks with which anything passed unseen: where visitors share carriers, and where
# each has a network of their own. Near the line it is as many either way.
AWAY, AWAY_FROM_CARRIERS, NEAR = 12, 30, 8
FEWEST_SEEN = 50
NETWORK = "A network is an internet connection, such as an office’s or a mobile carrier’s."


def price_of(strongest: Totals, target: float) -> str:
    """Return a sentence on what it takes to move this result unseen; '' while few have come.

    ``strongest`` are the totals of the variant with the highest rate.

    >>> price_of(Totals(seen=10, converted=1), 0.08)
    ''
    """
    if strongest.seen < FEWEST_SEEN:
        return ""
    rate = strongest.converted / strongest.seen
    if FAR_BELOW * target < rate < FAR_ABOVE * target:
        return (
            f"In our own trials, fake visits from {NEAR} networks were enough to tip a result this "
            f"close to the target, and no check turned red. {NETWORK}"
        )
    return (
        f"In our own trials, it took fake visits from {AWAY} networks to change a result this far "
        "from the target without any check turning red. Where visitors don’t share mobile "
        f"carriers, it took {AWAY_FROM_CARRIERS}. {NETWORK}"
    )


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
    title = "Same result without announced crowds"
    turning = [each for each in crowds if each.verdict.word != verdict.word]
    if not crowds or verdict.is_withheld:
        return []
    if not turning:
        reason = "The result is the same without any of the announced crowds."
        return [Check("crowds", "ok", reason, title, "yes")]
    said = [f"without “{each.crowd.name}” it’s “{WORDS[each.verdict.word]}”" for each in turning]
    reason = f"The result is “{WORDS[verdict.word]}”, but {listed(said)}."
    do = "Ask yourself whether these are the people you want to hear from."
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
    people = f"{crowd['admitted']:,} of up to {crowd['people']:,} people visited."
    return f"Without “{crowd['name']}”: {_figures(crowd['without'])}. {people}"


def _figures(figures: Mapping[str, Any]) -> str:
    seen, converted, word = figures["seen"], figures["converted"], WORDS[figures["verdict"]]
    if figures["withheld"]:
        word = "unreliable" if figures["verdict"] == "not_enough" else f"{word}, now in doubt"
    rate = f" ({percent(figures['rate'])})" if seen >= FEWEST else ""
    return f"{converted:,} of {seen:,}{rate}, {word}"
