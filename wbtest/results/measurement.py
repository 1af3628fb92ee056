"""Checks of the measurement: did visitors fall to the variants as planned, and was each one seen?

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from wbtest.audience.counts import Totals
from wbtest.publishing.in_words import as_percent
from wbtest.publishing.rule import Hypothesis
from wbtest.results import statistics
from wbtest.results.history import Counted, History
from wbtest.results.statistics.split import ALARM
from wbtest.results.totals import total
from wbtest.results.trust import Check, listed

# Below this many served pages a share of lost beacons is chance.
FEWEST_SERVED = 100
# A mix of sources is doubted when chance alone makes it once in a thousand looks.
RAREST = 0.001
LEAST_EXPECTED = 5.0


def check_split(counted: Counted) -> Check:
    """Did as many see each variant as its weight says, in the newest phase and in all of them?"""
    reason = (
        "Something on the way treats the variants differently, so their figures cannot be "
        "compared. Find it, then start anew."
    )
    title, did = "Split as planned", "saw the page"
    seen = [totals.seen for totals in counted.variants]
    newest = _split_of("split", title, seen, counted, did, reason)
    parts = [
        (phase.of_open([counts.seen for counts in phase.totals()]), phase.open_weights)
        for phase in counted.phases[:-1]
    ]
    here = counted.phases[-1]
    parts.append((here.of_open(seen), here.open_weights))
    evidence = [statistics.split(*part).log_e for part in parts]
    if newest.state == "stop" or sum(evidence) < ALARM:
        return newest
    # The evidence of the phases is added up, as the verdict does; the newest alone is sound.
    worst = evidence.index(max(evidence))
    found = f"In phase {worst + 1} {_found(*parts[worst], did)}"
    return Check("split", "stop", f"{found} Chance does not explain it. {reason}", title, "broken")


def chance(p_value: float) -> str:
    """How often a fair split differs as much as this by chance, in words.

    >>> chance(0.34), chance(0.004), chance(1e-9)
    ('in 34 of 100 fair tests', 'in 4 of 1,000 fair tests', 'in fewer than 1 of 1,000 fair tests')
    """
    if p_value < 0.001:
        return "in fewer than 1 of 1,000 fair tests"
    if p_value < 0.01:
        return f"in {1000 * p_value:.0f} of 1,000 fair tests"
    if p_value > 0.99:
        return "in nearly every fair test"
    return f"in {100 * p_value:.0f} of 100 fair tests"


def check_served_split(counted: Counted) -> Check:
    """Was each variant served as often as its weight says?"""
    served = [totals.served for totals in counted.variants]
    reason = "So it goes wrong before anybody sees the page."
    title = "Pages served as planned"
    return _split_of("served_split", title, served, counted, "were served the page", reason)


def _split_of(
    check: str, title: str, counts: Sequence[int], counted: Counted, did: str, reason: str
) -> Check:
    newest = counted.phases[-1]
    weights, counts = newest.open_weights, newest.of_open(counts)
    if len(counts) == 1:
        return Check(check, "ok", "There is one variant, so nothing is split.", title, "–")
    found = _found(counts, weights, did)
    if not statistics.split(counts, weights).mismatch:
        return Check(check, "ok", f"{found} Chance explains the difference.", title, "yes")
    return Check(check, "stop", f"{found} Chance does not explain it. {reason}", title, "broken")


def _found(counts: Sequence[int], weights: Sequence[int], did: str) -> str:
    expected = [round(sum(counts) * weight / sum(weights)) for weight in weights]
    return f"{listed(counts)} people {did}; planned were {listed(expected)}."


def check_beacons(rule: Hypothesis, counted: Counted) -> Check:
    title = "Served and seen agree"
    sums = total(counted.variants)
    if not sums.served:
        return Check("beacons", "ok", "No page was served.", title, "–")
    lost = _lost(sums) / sums.served
    limit = as_percent(rule.lost_beacons)
    found = (
        f"Of {sums.served:,} served pages {_lost(sums):,} never said that they were seen; "
        f"the rule tolerates {limit}."
    )
    value = f"{100 * lost:.0f}\u202f% lost"
    if lost <= rule.lost_beacons:
        return Check("beacons", "ok", found, title, "yes")
    if sums.served < FEWEST_SERVED:
        return Check("beacons", "warn", f"{found} That may be chance.", title, value)
    mend = "Open the page as a visitor would and see whether something blocks its beacon."
    return Check("beacons", "stop", f"{found} {mend}", title, value)


def check_beacons_alike(counted: Counted) -> Check:
    title = "Beacons lost alike"
    variants = counted.phases[-1].of_open(counted.variants)
    lost = [_lost(totals) for totals in variants]
    served = [totals.served for totals in variants]
    if len(served) == 1 or not all(served):
        return Check("beacons_alike", "ok", "There is nothing to compare.", title, "–")
    shares = listed([f"{100 * n / of:.0f}\u202f%" for n, of in zip(lost, served, strict=True)])
    if statistics.split(lost, served).mismatch:
        reason = (
            f"The variants lost {shares} of their beacons. One of them is slow or broken for some "
            "visitors, so its rate leaves those out."
        )
        return Check("beacons_alike", "warn", reason, title, "no")
    reason = f"The variants lost {shares} of their beacons, which is as good as the same."
    return Check("beacons_alike", "ok", reason, title, "yes")


def check_sources(rule: Hypothesis, counted: History) -> Check:
    title = "Sources alike in all variants"
    mix = [
        [totals.seen for totals in counted.phases[-1].of_open(row)]
        for source, row in counted.sources.items()
        if rule.counts_source(source)
    ]
    p_value = _mix_p_value(mix)
    if p_value is None:
        return Check("sources", "ok", "There is nothing to compare.", title, "–")
    if p_value >= RAREST:
        return Check("sources", "ok", "Each variant has the same mix of sources.", title, "yes")
    reason = (
        "The variants got different mixes of sources. A rate means something per source, so look "
        "at the sources below before you compare."
    )
    return Check("sources", "warn", reason, title, "no")


def _lost(totals: Totals) -> int:
    return max(totals.served - totals.seen, 0)


def _mix_p_value(table: Sequence[Sequence[int]]) -> float | None:
    """χ² of a table, a row a source and a column a variant; None where it says nothing.

    Rows of which less than 5 are expected in a variant are put together (Cochran 1954).
    """
    from scipy import special

    columns = [sum(column) for column in zip(*table, strict=True)] if table else []
    everybody = sum(columns)
    if len(columns) < 2 or not all(columns):
        return None
    rare = min(columns) / everybody
    large = [row for row in table if sum(row) * rare >= LEAST_EXPECTED]
    small = [row for row in table if sum(row) * rare < LEAST_EXPECTED]
    rest = [sum(column) for column in zip(*small, strict=True)]
    rows = large + ([rest] if sum(rest) * rare >= LEAST_EXPECTED else [])
    columns = [sum(column) for column in zip(*rows, strict=True)]
    if len(rows) < 2 or not all(columns):
        return None
    distance = sum(
        (count - sum(row) * column / sum(columns)) ** 2 / (sum(row) * column / sum(columns))
        for row in rows
        for count, column in zip(row, columns, strict=True)
    )
    return float(special.chdtrc((len(rows) - 1) * (len(columns) - 1), distance))
