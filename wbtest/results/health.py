"""Can these figures be trusted? The checks of the panel, in its order.

*stop* withholds the verdict: what was measured is not what the page did to people. *warn* wants a
look, *ok* only informs. Whether the figures are good is not asked here.
"""

from __future__ import annotations

from collections.abc import Sequence

from wbtest.http import percent
from wbtest.publishing.rule import Hypothesis
from wbtest.results import measurement, people
from wbtest.results.history import Counted, History
from wbtest.results.statistics import Counts
from wbtest.results.trust import Check, listed
from wbtest.results.verdict import Doubt


def check_trust(rule: Hypothesis, counted: History, *, is_seal_whole: bool) -> list[Check]:
    """Return every check, in the order of the panel."""
    return [
        measurement.check_split(counted),
        measurement.check_served_split(counted),
        measurement.check_beacons(rule, counted),
        measurement.check_beacons_alike(counted),
        people.check_machines(counted),
        people.check_people(counted),
        people.check_lost(counted),
        measurement.check_sources(rule, counted),
        people.check_weekdays(counted),
        people.check_without_beacon(rule, counted),
        people.check_two_variants(counted),
        people.check_confirmed(counted),
        people.check_too_good(counted),
        _check_seal(is_seal_whole),
    ]


def check_measurement(rule: Hypothesis, counted: Counted, *, is_seal_whole: bool) -> list[Check]:
    """Return the checks that can stop a verdict; they need no more than what counts."""
    return [
        measurement.check_split(counted),
        measurement.check_served_split(counted),
        measurement.check_beacons(rule, counted),
        _check_seal(is_seal_whole),
    ]


def _check_seal(is_seal_whole: bool) -> Check:
    title = "Sealed rule unchanged"
    if is_seal_whole:
        return Check(
            "seal", "ok", "The rule is the one that was sealed at the start.", title, "yes"
        )
    reason = "The rule in the database is not the one that was sealed. Restore a backup."
    return Check("seal", "stop", reason, title, "no")


def check_doubt(doubt: Doubt, *, is_over: bool = False) -> Check:
    """Return what speaks against a verdict since it was reached."""
    title, value = "Holds since it was reached", "no"
    if doubt.since is None or doubt.until is None:
        reason = "When the verdict came, every variant was below the target. That is no longer so."
        return Check("since", "stop", reason, title, value)
    first = f"Reached by the first {doubt.until.seen:,}"
    if doubt.is_contradicted:
        reason = (
            f"{first}, friends perhaps; the {doubt.since.seen:,} since run at "
            f"{_rates(doubt.since, doubt.since_by_phase)}. Do not build on it."
        )
    else:
        reason = (
            f"{first}; with everybody since, the evidence is below its line again."
            f"{'' if is_over else ' Keep looking.'}"
        )
    return Check("since", "stop", reason, title, value)


def _rates(whole: Counts, by_phase: Sequence[Counts]) -> str:
    """The rate of one phase, or those of several side by side."""
    rates = [
        f"{percent(counts.rate)} in phase {number}"
        for number, counts in enumerate(by_phase, 1)
        if counts.seen
    ]
    return listed(rates) if len(rates) > 1 else percent(whole.rate)
