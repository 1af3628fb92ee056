"""Checks of the measurement: did visitors fall to the variants as planned, and was each one seen?

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from wbtest import statistics
from wbtest.audience.counts import Totals
from wbtest.http import number_of
from wbtest.publishing.in_words import as_percent
from wbtest.publishing.rule import Hypothesis
from wbtest.results.history import Counted
from wbtest.results.totals import total
from wbtest.results.trust import SMALL, Check, early, listed, share_of

# So many would raise an alarm at any weights, all of them in one variant.
ALWAYS_ENOUGH = 1_000
# Below this many served pages a share of lost beacons is chance.
FEWEST_SERVED = 100


def check_split(counted: Counted) -> Check:
    """Did as many see each variant as its weight says?"""
    reason = (
        "Something on the way treats the variants differently, so their figures cannot be compared."
    )
    do = "Find the cause, mend it, and begin a new test: these figures cannot be saved."
    title, did = "Split as planned", "saw the page"
    seen = [totals.seen for totals in counted.variants]
    found = _split_of("split", title, seen, counted, did, reason, do)
    if apart := counted.networks.apart:
        return _saved_split(found, apart.networks, seen, apart.seen, counted)
    return found


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
    do = "Find what stands before the page, mend it, and begin a new test."
    title, did = "Pages served as planned", "got the page"
    found = _split_of("served_split", title, served, counted, did, reason, do)
    if part := counted.networks.served:
        return _saved_split(found, part.networks, served, part.served, counted)
    return found


def _saved_split(
    found: Check, networks: int, counts: Sequence[int], part: Sequence[int], counted: Counted
) -> Check:
    """A broken split that stands as planned without some networks: amber, for one to look at."""
    rest = [number - less for number, less in zip(counts, part, strict=True)]
    weights = counted.hours.weights
    if found.state != "stop" or min(rest) < 0 or statistics.split(rest, weights).mismatch:
        return found
    reason = (
        f"{listed(counts)} people fell to the variants, which chance doesn’t explain. "
        f"{number_of(sum(part), 'person', 'people')} from {number_of(networks, 'network')} make "
        f"the difference: without them it’s {listed(rest)}. So somebody came back on purpose, and "
        "the page is all right."
    )
    do = "Look at these networks and set them aside, with a reason."
    return replace(found, state="warn", reason=reason, value="made", do=do, where="networks")


def _split_of(
    check: str,
    title: str,
    counts: Sequence[int],
    counted: Counted,
    did: str,
    reason: str,
    do: str,
) -> Check:
    weights = counted.hours.weights
    if len(counts) == 1:
        return Check(check, "ok", "There is one variant, so nothing is split.", title, "–")
    if _is_too_few(sum(counts), weights):
        people = number_of(sum(counts), "person", "people")
        reason = f"{people} {did}: too few to tell, however they fall."
        return early(check, title, reason)
    planned = [sum(counts) * weight / sum(weights) for weight in weights]
    found = _found(counts, planned, did)
    if not statistics.split(counts, weights).mismatch:
        is_exact = list(counts) == planned
        reason = found if is_exact else f"{found} Chance can explain the difference."
        return Check(check, "ok", reason, title, "yes")
    reason = f"{found} Chance does not explain it. {reason}"
    return Check(check, "stop", reason, title, "broken", do=do, where="page")


def _is_too_few(people: int, weights: Sequence[int]) -> bool:
    """Whether no alarm could be raised even if everybody fell to the lightest variant.

    Each of them adds to the evidence; so of many only as many are asked for as are always enough.
    """
    people = min(people, ALWAYS_ENOUGH)
    lightest = min(range(len(weights)), key=lambda k: weights[k])
    worst = [people if k == lightest else 0 for k in range(len(weights))]
    return not statistics.split(worst, weights).mismatch


def _found(counts: Sequence[int], planned: Sequence[float], did: str) -> str:
    # Of few people a half is a part worth telling.
    digits = 1 if sum(counts) < SMALL else 0
    expected = [f"{each:,.{digits}f}".removesuffix(".0") for each in planned]
    return f"{listed(counts)} people {did}; planned were {listed(expected)}."


def check_beacons(rule: Hypothesis, counted: Counted) -> Check:
    """Was no more than the sealed share of served pages never seen?"""
    title = "Served and seen agree"
    sums = total(counted.variants)
    if not sums.served:
        return early("beacons", title, "No page was served yet.")
    lost = _lost(sums) / sums.served
    they_were = "it was" if _lost(sums) == 1 else "they were"
    found = (
        f"Of {number_of(sums.served, 'served page')} {_lost(sums):,} never said that {they_were} "
        f"seen; the rule tolerates {as_percent(rule.lost_beacons)}."
    )
    value = f"{share_of(_lost(sums), sums.served)} lost"
    if sums.served < FEWEST_SERVED and lost <= rule.lost_beacons:
        return early("beacons", title, f"{found} From {FEWEST_SERVED} pages on it says something.")
    if lost <= rule.lost_beacons:
        return Check("beacons", "ok", found, title, "yes")
    if sums.served < FEWEST_SERVED:
        do = "Wait for more visitors. If it stays so, open the page as one of them would."
        reason = f"{found} That may be chance."
        return Check("beacons", "warn", reason, title, value, do=do, where="page")
    part = counted.networks.lost
    if part and sums.served > part.served:
        left = (_lost(sums) - part.lost) / (sums.served - part.served)
        if left <= rule.lost_beacons:
            return _saved_beacons(found, value, part.networks, part.lost, part.served)
    do = (
        "Open the page as a visitor would and see whether something, such as a proxy, keeps it "
        "from telling us that it was seen."
    )
    return Check("beacons", "stop", found, title, value, do=do, where="page")


def _saved_beacons(found: str, value: str, networks: int, lost: int, served: int) -> Check:
    """Lost beacons that nearly all come from a few networks: they take nobody from the rate."""
    reason = (
        f"{found} {lost:,} of {number_of(served, 'page')} served to "
        f"{number_of(networks, 'network')} are among them; without these it’s no more than the "
        "rule tolerates. They were never seen, so they’re in no rate."
    )
    do = "Do you know who they are? If not, nothing needs mending."
    return Check("beacons", "warn", reason, "Served and seen agree", value, do=do, where="networks")


def check_beacons_alike(counted: Counted) -> Check:
    """Were as many pages of each variant never seen?"""
    check, title = "beacons_alike", "Unseen alike in all variants"
    variants = counted.variants
    lost = [_lost(totals) for totals in variants]
    served = [totals.served for totals in variants]
    if len(served) == 1:
        return Check(check, "ok", "There is one variant, so nothing differs.", title, "–")
    if sum(served) < FEWEST_SERVED or not all(served):
        reason = f"From {FEWEST_SERVED} served pages on it says something."
        return early(check, title, reason)
    if not any(lost):
        return Check(check, "ok", "Every page of every variant was seen.", title, "yes")
    shares = listed([share_of(n, of) for n, of in zip(lost, served, strict=True)])
    found = f"Of the pages of the variants {shares} never said that they were seen"
    if statistics.split(lost, served).mismatch:
        reason = (
            f"{found}. One of them is slow or broken for some visitors, so its rate leaves those "
            "out."
        )
        do = "Open that variant on a phone with a slow connection, and mend what keeps it back."
        return Check(check, "warn", reason, title, "no", do=do, where="page")
    return Check(check, "ok", f"{found}. Chance can explain the difference.", title, "yes")


def _lost(totals: Totals) -> int:
    return max(totals.served - totals.seen, 0)
