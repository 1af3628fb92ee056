"""Lets people through the gate, and asks the product's own code what it says of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from tests.attacks.people import DAY, DEVICES, HOUR, NEVER, START, People, together
from wbtest.audience.recording.counting_rules import QUARTER_SECONDS
from wbtest.audience.recording.gate import DAY as A_DAY
from wbtest.audience.recording.gate import HOUR as A_HOUR
from wbtest.audience.recording.gate import within
from wbtest.publishing.rule import Hypothesis, NetworkLimits
from wbtest.results.crowded_networks import MARKS, Group, Networks, find_networks
from wbtest.results.evidence_path import HourCounts, look
from wbtest.results.verdict import RunPeriod, Verdict, judge
from wbtest.statistics import Counts

BEGUN = int(START.timestamp())


DEFAULT = NetworkLimits()


class Told(NamedTuple):
    """What the page says at one look: its verdict, and what the check of networks found."""

    day: int
    verdict: Verdict
    networks: Networks

    @property
    def said(self) -> tuple[str, str]:
        """The part of the verdict that an attacker wants to change."""
        return self.verdict.word, self.verdict.choice

    @property
    def colour(self) -> str:
        """The colour of the check."""
        why = self.networks.why
        return (
            "red" if why in ("turns", "half") else "green" if why in ("fine", "early") else "amber"
        )


def default_rule(days: int = 7, **changes: Any) -> Hypothesis:
    """The rule that the form proposes."""
    values: dict[str, Any] = {
        "who": "people",
        "does": "sign up",
        "target": 0.08,
        "floor": 0.03,
        "minimum_visitors": 300,
        "maximum_visitors": 2_400,
        "minimum_days": 7,
        "ends_on": date(2027, 3, 1) + timedelta(days=days - 1),
        "if_met": "build it",
        "if_not_met": "leave it",
        "if_unclear": "ask again",
    }
    return Hypothesis(**(values | changes))


def marks_of(rng: np.random.Generator, network: Any) -> Any:
    """Return a mark of 16 bits for each network, drawn for this test."""
    key = int(rng.integers(1, 2**62)) | 1
    # Fibonacci hashing; the networks are random numbers, or few.
    mixed = (network.astype(np.uint64) + np.uint64(1)) * np.uint64(key)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(48)).astype(np.int64)


def admitted(mark: Any, at: Any, limits: NetworkLimits, is_announced: Any) -> Any:
    """Return who counts; ``at`` is ascending. Who was announced has a place, and takes none."""
    inside = np.ones(len(mark), dtype=bool)
    quarter = at // QUARTER_SECONDS
    numbers = np.bincount(mark, minlength=MARKS)
    for crowded in np.flatnonzero(numbers > min(limits.hour, limits.day)):
        came: list[int] = []
        for place in np.flatnonzero((mark == crowded) & ~is_announced):
            now = int(quarter[place])
            in_hour, in_day = (within(span, now, came) for span in (A_HOUR, A_DAY))
            if in_hour < limits.hour and in_day < limits.day:
                came.append(now)
            else:
                inside[place] = False
    return inside


class Test:
    """One test: who was admitted to it, and what is said of it at the end of each day."""

    def __init__(
        self,
        who: People,
        rng: np.random.Generator,
        rule: Hypothesis,
        limits: NetworkLimits = DEFAULT,
        variants: int = 1,
    ) -> None:
        who = together(who)
        mark = marks_of(rng, who.network)
        inside = admitted(mark, who.at, limits, who.is_announced)
        self.admitted = who.where(inside)
        self._rule, self._variants = rule, variants
        which = inside & who.is_seen
        self._seen = who.where(which)
        self._mark = mark[which]
        yes = self._seen.delay != NEVER
        self._arrived = np.where(yes, self._seen.at + self._seen.delay, 2**60)
        self._by_day: dict[int, Told] = {}

    def told(self, day: int) -> Told:
        """Return what is said after so many days."""
        if day not in self._by_day:
            now = day * DAY
            life = RunPeriod(START, None, START + timedelta(days=day), "UTC")
            everybody = self._seen.at < now
            hours = self._hours(everybody, now)
            verdict = self._verdict(hours, life)
            found = find_networks(
                self._rule,
                hours,
                life,
                self._counts(everybody, now),
                lambda group: self._hours(everybody & self._is_in(group), now),
            )
            self._by_day[day] = Told(day, verdict, found)
        return self._by_day[day]

    def word(self, day: int) -> str:
        """Return the verdict after so many days, '' where something since speaks against it."""
        verdict = self.verdict(day)
        return verdict.word if verdict.choice else ""

    def verdict(self, day: int) -> Verdict:
        """Return what is said of the rate after so many days."""
        now = day * DAY
        hours = self._hours(self._seen.at < now, now)
        return self._verdict(hours, RunPeriod(START, None, START + timedelta(days=day), "UTC"))

    def _verdict(self, hours: HourCounts, life: RunPeriod) -> Verdict:
        rule = self._rule
        looks = look(hours, rule, life.now)
        return judge(rule, hours, looks, life)

    def _hours(self, which: Any, now: int) -> HourCounts:
        arms, number = self._variants, now // HOUR
        seen, arrived = self._seen.at[which] // HOUR, self._arrived[which]
        variant = self._seen.variant[which]
        came = arrived < now
        tables = [
            np.bincount(hour * arms + arm, minlength=number * arms).reshape(number, arms)
            for hour, arm in (
                (seen, variant),
                (arrived[came] // HOUR, variant[came]),
                (seen[came], variant[came]),
            )
        ]
        hours = BEGUN + HOUR * np.arange(number)
        return HourCounts(BEGUN, (1,) * arms, hours, *tables)

    def _counts(self, which: Any, now: int) -> dict[tuple[int, str], Counts]:
        which = which & ~self._seen.is_announced
        key = self._mark[which] * len(DEVICES) + self._seen.device[which]
        keys, place = np.unique(key, return_inverse=True)
        seen = np.bincount(place, minlength=len(keys))
        converted = np.bincount(place[self._arrived[which] < now], minlength=len(keys))
        return {
            (key // len(DEVICES), DEVICES[key % len(DEVICES)]): Counts(n, x)
            for key, n, x in zip(keys.tolist(), seen.tolist(), converted.tolist(), strict=True)
        }

    def _is_in(self, group: Group) -> Any:
        inside = np.isin(self._mark, group.marks) & ~self._seen.is_announced
        if group.device:
            inside &= self._seen.device == DEVICES.index(group.device)
        return inside


def looks(test: Test, days: Sequence[int]) -> list[Told]:
    """Return what is said at each of these looks."""
    return [test.told(day) for day in days]
