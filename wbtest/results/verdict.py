"""The sealed rule and the evidence so far → the verdict and what it recommends. Pure.

A verdict rests on full hours: they never change once they are over, so a verdict that was reached
stays reached, no matter who looks and when. What came after it is held against it. How many
visitors and days are missing is an estimate for reference, from those who came so far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from math import ceil, floor
from operator import and_, or_
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from wbtest import statistics
from wbtest.publishing.rule import Hypothesis
from wbtest.results.evidence_path import HOUR, EvidencePath, HourCounts
from wbtest.statistics import Counts
from wbtest.statistics.split import ALARM

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from wbtest.statistics.mixture import Floats, Ints

Word = Literal["met", "not_met", "not_enough"]
Recommendation = Literal["go", "iterate", "stop", "keep_running", "inconclusive"]
State = Literal["above", "open", "below"]
# As State, but while there is no verdict nothing is called: it is ahead, behind, or withheld.
Standing = Literal["above", "open", "below", "ahead", "behind", "withheld"]
# With fewer visitors than this a rate says nothing about what will come.
FEWEST = 30
DAY = 24 * 3600
RECENT_DAYS = 7
# So many numbers of visitors are worked out at once.
AT_ONCE = 30


class RunPeriod(Struct, frozen=True):
    """When an experiment started and ended, and what time it is where it runs."""

    started_at: datetime
    ended_at: datetime | None
    now: datetime
    time_zone: str

    def over_at(self, rule: Hypothesis) -> datetime:
        """When the last visitor could come: at the end that was made, else on the last day."""
        planned = rule.ends_at(self.time_zone)
        return min(self.ended_at, planned) if self.ended_at else planned

    def final_at(self, rule: Hypothesis) -> datetime:
        """When the last visitor's conversion window is over, and nothing can change any more."""
        return self.over_at(rule) + timedelta(hours=rule.conversion_window_hours)

    def settled_at(self, rule: Hypothesis) -> datetime:
        """The moment whose figures are shown: now, or when they became final."""
        return min(self.now, self.final_at(rule))

    def day_number(self, moment: datetime) -> int:
        """Return which local day of the experiment a moment falls on; the first is 1."""
        zone = ZoneInfo(self.time_zone)
        return (moment.astimezone(zone).date() - self.started_at.astimezone(zone).date()).days + 1

    def days_until(self, moment: datetime) -> list[date]:
        """Return the local days of the experiment up to a moment."""
        first = self.started_at.astimezone(ZoneInfo(self.time_zone)).date()
        return [first + timedelta(days=k) for k in range(self.day_number(moment))]

    def ripe_at(self, rule: Hypothesis) -> datetime:
        """When the least number of days has passed: a midnight of the experiment's zone."""
        zone = ZoneInfo(self.time_zone)
        day = self.started_at.astimezone(zone).date() + timedelta(days=rule.minimum_days)
        return datetime.combine(day, time.min, zone).astimezone(UTC)


class FadedEvidence(Struct, frozen=True):
    """What speaks against a verdict after it was reached.

    ``until`` are the counts by which ``variant`` reached the target, ``since`` those of everybody
    seen after that and old enough to have converted. Both are None for a verdict of *not met*.
    ``is_contradicted``: those since run below the target; else the evidence just fell back.
    """

    variant: int
    until: Counts | None = None
    since: Counts | None = None
    is_contradicted: bool = False


class Verdict(Struct, frozen=True):
    """What the figures say by the sealed rule.

    ``variants`` are the places of those that reach the target; ``states`` say of each variant
    where it stands now, exactly as its decision interval is drawn. ``is_withheld``: the figures
    cannot be trusted, whatever they say. ``is_capped``: as many visitors came as the rule allows.
    ``is_over``: nobody can come any more. ``is_final``: nor can anybody's late answer.
    """

    word: Word
    recommendation: Recommendation
    states: tuple[State, ...]
    variants: tuple[int, ...] = ()
    reached_at: datetime | None = None
    doubt: FadedEvidence | None = None
    is_withheld: bool = False
    is_capped: bool = False
    is_over: bool = False
    is_final: bool = False

    @property
    def choice(self) -> str:
        """What the rule says to do: go, iterate or stop, or '' while it says nothing yet."""
        return self.recommendation if self.recommendation in ("go", "iterate", "stop") else ""

    @property
    def is_waiting(self) -> bool:
        """Whether nobody can come any more, and late answers still can."""
        return self.is_over and not self.is_final

    @property
    def standings(self) -> tuple[Standing, ...]:
        """What may be said of each variant, which is never more than the verdict says."""
        if self.is_withheld:
            return tuple("withheld" for _ in self.states)
        if self.word == "not_enough":
            so_far: dict[State, Standing] = {"above": "ahead", "open": "open", "below": "behind"}
            return tuple(so_far[state] for state in self.states)
        return self.states


def judge(
    rule: Hypothesis,
    hours: HourCounts,
    looks: EvidencePath,
    life: RunPeriod,
    *,
    is_trusted: bool = True,
) -> Verdict:
    """Return the verdict on ``looks``, which were taken at ``life.now``.

    *Met*: the evidence of a variant ever reached K/α, so any variant below target is ever called
    with a chance of at most α. *Not met*: at one look every variant was below target at 1/β. No
    verdict before the least visitors and days, nor while the split alarm stands or the figures are
    not to be trusted for another reason. Everybody may come on the first day: the last look before
    the least days have passed holds until the next one, so it brings the verdict at that moment.

    Only *met* stops at the most visitors: the look that reaches them can still say it, and those
    visitors' late answers once all have had their conversion window. *Not met* may ripen later, up
    to the end of the last conversion window, since it waits for the windows of visitors who had
    come before.
    """
    enough = statistics.evidence_needed(rule.alpha, looks.above.shape[1])
    enough_below = statistics.evidence_needed(rule.beta)
    is_above, met, not_met = _reached(rule, hours, looks, life)
    is_capped = bool(looks.seen[-1] >= rule.maximum_visitors)
    is_final = life.now >= life.final_at(rule)
    is_over = life.now >= life.over_at(rule)
    ripe = life.ripe_at(rule)
    capped_at = _capped_at(rule, looks)
    is_settled = capped_at is not None and life.now.timestamp() >= capped_at + _window_of(rule)
    still_open = Verdict(
        word="not_enough",
        recommendation=(
            "inconclusive" if is_over or (is_settled and life.now >= ripe) else "keep_running"
        ),
        states=tuple(
            "above" if above >= enough else "below" if below >= enough_below else "open"
            for above, below in zip(looks.above[-1], looks.below[-1], strict=True)
        ),
        is_capped=is_capped,
        is_over=is_over,
        is_final=is_final,
    )
    if looks.split[-1] >= ALARM or not is_trusted:
        return replace(still_open, is_withheld=True)
    if met is not None and (not_met is None or met <= not_met):
        places = [k for k in range(is_above.shape[1]) if is_above[:, k].any()]
        crossed = {k: int(looks.ends[is_above[:, k].argmax()]) for k in places}
        doubts = {k: _doubt(k, crossed[k], rule, hours, looks, life) for k in places}
        firm = tuple(k for k in places if doubts[k] is None)
        reached = replace(still_open, word="met", reached_at=max(looks.moment(met), ripe))
        if firm:
            return replace(reached, recommendation="go", variants=firm)
        strongest = max(places, key=lambda k: float(looks.above[-1, k]))
        return replace(reached, variants=tuple(places), doubt=doubts[strongest])
    if not_met is not None:
        reached_at = max(looks.moment(not_met), ripe)
        reached = replace(still_open, word="not_met", reached_at=reached_at)
        weakest = int(looks.below[-1].argmin())
        if looks.below[-1, weakest] < enough_below:
            return replace(reached, doubt=FadedEvidence(weakest))
        is_above_floor = bool((looks.above_floor[:-1] >= enough).any())
        return replace(reached, recommendation="iterate" if is_above_floor else "stop")
    return still_open


def _window_of(rule: Hypothesis) -> int:
    """How many seconds after they were seen a visitor's conversion counts."""
    return rule.conversion_window_hours * HOUR


def _capped_at(rule: Hypothesis, looks: EvidencePath) -> int | None:
    """The end of the full hour that reached the most visitors, or None."""
    is_reached = looks.seen[:-1] >= rule.maximum_visitors
    return int(looks.ends[is_reached.argmax()]) if is_reached.any() else None


def _reached(
    rule: Hypothesis, hours: HourCounts, looks: EvidencePath, life: RunPeriod
) -> tuple[npt.NDArray[np.bool_], int | None, int | None]:
    """At which full hours each variant was above, and the first at which *met* and *not met* held.

    None for what never held. Why the most visitors stop *met* alone stands at ``judge``.
    """
    import numpy as np

    enough = statistics.evidence_needed(rule.alpha, looks.above.shape[1])
    seen, ends, ripe = looks.seen[:-1], looks.ends[:-1], life.ripe_at(rule)
    is_ripe = ends >= ripe.timestamp()
    if ripe <= min(life.now, life.over_at(rule)):
        # Nothing changes between two looks.
        is_ripe[ends.searchsorted(ripe.timestamp(), "right") - 1 :] = True
    is_allowed = (seen >= rule.minimum_visitors) & is_ripe
    is_allowed &= looks.split[:-1] < ALARM
    seen_before = np.concatenate(([0], seen[:-1]))[: len(seen)]
    is_before_cap = seen_before < rule.maximum_visitors
    is_above = (looks.above[:-1] >= enough) & is_before_cap[:, None]
    if (capped_at := _capped_at(rule, looks)) is not None:
        late = ends.searchsorted(capped_at + _window_of(rule))
        for k, counts in enumerate(hours.settled(capped_at)):
            is_above[late:, k] |= (
                statistics.log_e_above(counts, rule.target, rule.hoped_for) >= enough
            )
    is_below = looks.below[:-1] >= statistics.evidence_needed(rule.beta)
    # A column after the other: for each row by itself numpy takes five times as long.
    met = is_allowed & np.logical_or.accumulate(reduce(or_, is_above.T))
    not_met = is_allowed & reduce(and_, is_below.T)
    return (
        is_above,
        int(met.argmax()) if met.any() else None,
        int(not_met.argmax()) if not_met.any() else None,
    )


def _doubt(
    k: int,
    crossed: int,
    rule: Hypothesis,
    hours: HourCounts,
    looks: EvidencePath,
    life: RunPeriod,
) -> FadedEvidence | None:
    """What speaks against variant ``k`` since it crossed its line, at ``crossed``, or None."""
    enough = statistics.evidence_needed(rule.alpha, looks.above.shape[1])
    settled = int(life.now.timestamp()) - _window_of(rule)
    since = hours.since(crossed, settled)[k]
    against = statistics.log_e_below(since, rule.target)
    is_contradicted = against >= statistics.evidence_needed(rule.beta)
    if looks.above[-1, k] >= enough and not is_contradicted:
        return None
    return FadedEvidence(k, hours.until(crossed)[k], since, is_contradicted)


class Outlook(Struct, frozen=True):
    """What is missing before a verdict: ``visitors`` over all variants, and whole ``days``.

    ``days`` is None while nobody comes. ``is_cap``: no verdict is in sight at the rates so far, so
    ``visitors`` are those until the most that the rule allows. ``is_too_slow``: the last day comes
    before them.
    """

    visitors: int
    days: int | None
    is_cap: bool = False
    is_too_slow: bool = False


def estimate_remaining(rule: Hypothesis, hours: HourCounts, life: RunPeriod) -> Outlook:
    """Return what is still missing."""
    seen = sum(counts.seen for counts in hours.totals())
    most = max(rule.maximum_visitors - seen, 0)
    more = _more_for_a_verdict(rule, hours, life, most)
    visitors = max(most if more is None else more, rule.minimum_visitors - seen)
    days_left = (life.over_at(rule) - life.now).total_seconds() / DAY
    days_to_ripe = ceil(max((life.ripe_at(rule) - life.now).total_seconds(), 0) / DAY)
    # Visitors a day over the last week, or since the start.
    now = life.now.timestamp()
    start = max(hours.started, now - RECENT_DAYS * DAY)
    seen_of_late = int(
        (hours.running.seen[-1] - hours.running.seen[hours.begun(floor(start))]).sum()
    )
    daily = seen_of_late * DAY / max(now - start, 3600)
    if visitors and not daily:
        return Outlook(visitors, days_to_ripe or None, more is None)
    days = max(ceil(visitors / daily) if visitors else 0, days_to_ripe, 1)
    return Outlook(visitors, days, more is None, days > days_left + 1)


def rounded(visitors: int) -> int:
    """An estimate in two significant digits, up.

    >>> rounded(1234), rounded(226), rounded(87)
    (1300, 230, 87)
    """
    step: int = 10 ** max(len(str(visitors)) - 2, 0)
    return ceil(visitors / step) * step


def _more_for_a_verdict(
    rule: Hypothesis, hours: HourCounts, life: RunPeriod, most: int
) -> int | None:
    """How many more visitors in all, at the rates so far; None when ``most`` will not do."""
    totals = hours.totals()
    if min(counts.seen for counts in totals) < FEWEST:
        return None
    shares = [weight / sum(hours.weights) for weight in hours.weights]
    enough = statistics.evidence_needed(rule.alpha, len(hours.weights))
    enough_below = statistics.evidence_needed(rule.beta)

    def above(x: Ints, n: Ints) -> Floats:
        return statistics.log_e_above_path(x, n, rule.target, rule.hoped_for) - enough

    def below(x: Ints, n: Ints) -> Floats:
        return statistics.log_e_below_path(x, n, rule.target) - enough_below

    promising = [
        (counts, share)
        for counts, share in zip(totals, shares, strict=True)
        if counts.converted > rule.target * counts.seen
    ]
    if promising:
        return _more(promising, most, above, is_one_enough=True)
    settled = hours.settled(int(life.now.timestamp()) - _window_of(rule))
    on_the_way = sum(c.seen for c in totals) - sum(c.seen for c in settled)
    waiting = list(zip(settled, shares, strict=True))
    more = _more(waiting, most + on_the_way, below, is_one_enough=False)
    return None if more is None else max(more - on_the_way, 0)


def _more(
    variants: Sequence[tuple[Counts, float]],
    most: int,
    margin: Callable[[Ints, Ints], Floats],
    *,
    is_one_enough: bool,
) -> int | None:
    """The fewest further visitors in all after which ``margin`` was not negative for one or all.

    ``variants`` are counts and the share of visitors to come.
    """
    import numpy as np

    steps = np.unique(np.geomspace(1, most + 1, num=120).astype(np.int64)) - 1
    seen, converted, share, rate = (
        np.array(column)
        for column in zip(
            *((c.seen, c.converted, share, c.rate or 0.0) for c, share in variants), strict=True
        )
    )
    is_reached = np.zeros(len(variants), dtype=bool)
    # Near ones first: the rest is worked out only where they are too few.
    for first in range(0, len(steps), AT_ONCE):
        part = steps[first : first + AT_ONCE]
        come = part[:, None] * share
        n = seen + come.astype(np.int64)
        x = converted + (come * rate).astype(np.int64)
        ever = np.logical_or.accumulate(margin(x, n) >= 0) | is_reached
        is_enough = ever.any(axis=1) if is_one_enough else ever.all(axis=1)
        if is_enough.any():
            return int(part[is_enough.argmax()])
        is_reached = ever[-1]
    return None
