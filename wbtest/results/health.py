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
from wbtest.results.trust import SMALL, Check, early
from wbtest.results.trusting import (
    bursts,
    caching,
    confirming,
    doubtful,
    footprint,
    mailboxes,
    mixing,
    running,
)
from wbtest.results.trusting.around import Around
from wbtest.results.verdict import Doubt, Verdict
from wbtest.statistics import Counts


def check_trust(
    rule: Hypothesis, counted: History, around: Around, faults: Sequence[str]
) -> list[Check]:
    """Return every check, in the order of the panel.

    ``faults`` say in what the test differs from what was approved and sealed.
    """
    return [
        measurement.check_split(counted),
        measurement.check_served_split(counted),
        measurement.check_beacons(rule, counted),
        measurement.check_beacons_alike(counted),
        counted.networks.check,
        people.check_unknown(counted.networks.unknown, counted.networks.seen),
        people.check_machines(counted, around),
        people.check_people(counted),
        people.check_lost(counted),
        caching.check_cached(around),
        mixing.check_sources(rule, counted, around),
        doubtful.check_passed_on(rule, counted),
        people.check_weekdays(counted, around),
        people.check_without_beacon(rule, counted),
        people.check_two_variants(counted),
        confirming.check_confirmed(rule, counted, around),
        confirming.check_confirmed_alike(counted, around),
        confirming.check_addresses(around),
        mailboxes.check_domains(counted),
        mailboxes.check_spellings(counted),
        bursts.check_bursts(counted, around),
        bursts.check_alarms(around),
        footprint.check_footprint(counted),
        doubtful.check_too_good(rule, counted, around),
        running.check_changes(around, counted),
        running.check_attempts(rule, around),
        _check_seal(faults),
    ]


def check_measurement(rule: Hypothesis, counted: Counted, faults: Sequence[str]) -> list[Check]:
    """Return the checks that can stop a verdict; they need no more than what counts.

    A list of experiments asks for these alone. So no other check may ever stop a verdict, or the
    list would say what the page withholds.
    """
    return [
        measurement.check_split(counted),
        measurement.check_served_split(counted),
        measurement.check_beacons(rule, counted),
        counted.networks.check,
        _check_seal(faults),
    ]


def _check_seal(faults: Sequence[str]) -> Check:
    title = "Sealed rule unchanged"
    if not faults:
        return Check(
            "seal", "ok", "The rule is the one that was sealed at the start.", title, "yes"
        )
    said = " ".join(f"{fault[:1].upper()}{fault[1:]}." for fault in faults)
    reason = f"The database was changed by hand. {said}"
    do = "Ask whoever runs the server to restore a backup from before it was changed."
    return Check("seal", "stop", reason, title, "no", do=do, where="seal")


def check_since(verdict: Verdict) -> Check:
    """Do the figures still say what they said when the verdict was reached?"""
    if verdict.doubt:
        return check_doubt(verdict.doubt, is_over=verdict.is_over)
    if verdict.reached_at is None:
        return early("since", HOLDS, "There is no verdict, so none can fade.")
    reason = "What came after the verdict does not speak against it."
    return Check("since", "ok", reason, HOLDS, "yes")


HOLDS = "Holds since it was reached"


def check_doubt(doubt: Doubt, *, is_over: bool = False) -> Check:
    """Return what speaks against a verdict since it was reached."""
    do = "Ask who came first, and from where: friends and followers say yes sooner than others."
    if doubt.since is None or doubt.until is None:
        reason = (
            "When the verdict came, every variant was shown to be below the target. That is no "
            "longer so."
        )
        do = "Ask who came lately, and from where."
        return Check("since", "stop", reason, HOLDS, "no", do=do, where="links")
    first = f"Reached by the first {doubt.until.seen:,}"
    if doubt.is_contradicted:
        reason = (
            f"{first}, friends perhaps; the {doubt.since.seen:,} since run at "
            f"{_rate(doubt.since)}. Do not build on it."
        )
    else:
        reason = (
            f"{first}; with everybody since, the evidence is below its line again."
            f"{'' if is_over else ' Keep looking.'}"
        )
    return Check("since", "stop", reason, HOLDS, "no", do=do, where="links")


def _rate(counts: Counts) -> str:
    """In per cent, or as counts while these are small."""
    small = f"{counts.converted:,} of {counts.seen:,}"
    return percent(counts.rate) if counts.seen >= SMALL else small
