"""Likely causes of what is not in order, by the evidence at hand, the likeliest first. Pure.

A device or source stands out when chance explains it less than once in a thousand times beside the
others. Of segments that overlap, such as phones and phones from instagram, the one that stands out
most is named, its people are taken away, and the rest is looked at again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from typing import NamedTuple

from msgspec.structs import replace

from wbtest import statistics
from wbtest.results.history import History
from wbtest.results.trust import Check, CheckContext, capital, listed
from wbtest.web import number_of

# Checks whose cause shows in where people came from and on what.
WITH_PLACES = ("split", "served_split", "beacons", "beacons_alike")
# Those who were left out of one variant and not of the other.
FILTERED = ("bot", "suspected")
MOST_HINTS = 3
FEWEST_PEOPLE = 20
# Standard deviations; as many as chance reaches less than once in a thousand times.
FAR = 3.3
MOST_PLACES = 2
# Nothing is ever lost quite nowhere.
LEAST_RATE = 0.01
DEVICES = {"phone": "on phones", "tablet": "on tablets", "desktop": "on computers"}


def with_hints(
    checks: Sequence[Check], counted: History, around: CheckContext, spots: Sequence[SegmentCounts]
) -> list[Check]:
    """Return the checks, those that ask for it with their likely causes.

    ``spots`` say who came where.
    """
    return [
        replace(check, hints=_hints(check.check, counted, around, spots))
        if check.check in WITH_PLACES and check.state != "ok"
        else check
        for check in checks
    ]


def _hints(
    check: str, counted: History, around: CheckContext, spots: Sequence[SegmentCounts]
) -> tuple[str, ...]:
    if check in ("split", "served_split"):
        found = _of_split(counted, around, spots, use_seen=check == "split")
    else:
        found = _of_loss(check, around, spots)
    return tuple(dict.fromkeys(found))[:MOST_HINTS]


def _of_split(
    counted: History, around: CheckContext, spots: Sequence[SegmentCounts], *, use_seen: bool
) -> list[str]:
    weights = counted.hours.weights
    own = spots if use_seen else [spot._replace(seen=spot.served) for spot in spots]
    totals = [sum(spot.seen[k] for spot in own) for k in range(len(weights))]
    arm = _shortest(totals, weights)
    name, did = around.name(arm), "saw" if use_seen else "got"
    found = [_short(odd, name, did) for odd in short_of(own, arm, weights)]
    if use_seen and not found:
        found += _unseen_more(around, spots, arm)
    found += _filtered(counted, around)
    found += _cached(around)
    if not found:
        found.append(
            f"{capital(name)} got too few visitors, and no device or source stands out. Look at "
            "what’s in front of the page: a redirect, a cache, or a link that leads to one variant."
        )
    return found


def _of_loss(check: str, around: CheckContext, spots: Sequence[SegmentCounts]) -> list[str]:
    arms = range(len(around.names))
    if check == "beacons_alike":
        arm = max(arms, key=lambda k: _loss_share(spots, k))
        name = around.name(arm)
        found = [_lost(odd, name) for odd in lost_in(spots, [arm])]
    else:
        found = [_lost(odd, "the page") for odd in lost_in(spots, list(arms))]
    found += _cached(around)
    if not found:
        found.append(
            "No device or source stands out. Look at the page and what’s in front of it: a proxy "
            "that changes the page, or bots that look like people."
        )
    return found


def _short(odd: OutlierSegment, name: str, did: str) -> str:
    few = f"Only {odd.part:,}" if odd.part else "None"
    return (
        f"{few} of the {odd.whole:,} visitors {odd.where} {did} {name}; about "
        f"{odd.expected:,.0f} should have. Open {name} {_as_visitor(odd.where)}."
    )


def _lost(odd: OutlierSegment, name: str) -> str:
    loaded = f"{capital(name)} loaded {odd.whole:,} times for visitors {odd.where}"
    found = f"{loaded}, and {odd.part:,} of these views were never recorded."
    if odd.part == odd.whole:
        found = f"{loaded}, and not one view was recorded."
    return (
        f"{found} At everyone else’s rate, {odd.expected:,.0f} would be missing. Open {name} "
        f"{_as_visitor(odd.where)}."
    )


def _as_visitor(where: str) -> str:
    """How to open the page as these people do.

    >>> _as_visitor("on phones from instagram"), _as_visitor("from x")
    ('on a phone, from inside instagram', 'through the link at x')
    """
    device = {
        "on phones": "on a phone",
        "on tablets": "on a tablet",
        "on computers": "on a computer",
    }
    found = next((said for name, said in device.items() if where.startswith(name)), "")
    source = where.partition("from ")[2]
    if not source:
        return found or "by its plain address"
    return f"{found}, from inside {source}" if found else f"through the link at {source}"


def _unseen_more(around: CheckContext, spots: Sequence[SegmentCounts], arm: int) -> list[str]:
    """Whether the variant that is short loses more of its pages than the others do."""
    others = [k for k in range(len(around.names)) if k != arm]
    here, there = _loss_share(spots, arm), max(_loss_share(spots, k) for k in others)
    served = sum(spot.served[arm] for spot in spots)
    if served < 100 or here < there + 0.05:
        return []
    name = around.name(arm)
    return [
        f"We can’t tell whether anyone saw the page in {100 * here:.0f}% of page loads of {name}, "
        f"against at most {100 * there:.0f}% for any other variant. It may load slowly, or its "
        "script may break: open it on a slow connection."
    ]


def _filtered(counted: History, around: CheckContext) -> list[str]:
    """Whether machines were taken out of one variant more than of the others."""
    found, weights = [], counted.hours.weights
    aside = {reason: [each.people for each in row] for reason, row in counted.left_out.items()}
    for reason, numbers in (dict(counted.machines) | aside).items():
        if reason in FILTERED and statistics.split(numbers, weights).mismatch:
            most = max(range(len(weights)), key=lambda k: numbers[k] / weights[k])
            what = "bot requests" if reason == "bot" else "people suspected of being bots"
            found.append(
                f"{listed(numbers)} {what} were left out, more of them from {around.name(most)} "
                "than you’d expect. Bots stick to one variant, and some may have been people."
            )
    return found


def _cached(around: CheckContext) -> list[str]:
    """Whether addresses come without our cookie, or several with one."""
    newest, without = around.newest, sum(around.newest.without_cookie.values())
    if around.is_cookieless or 10 * (without + newest.shared) <= newest.count:
        return []
    return [
        f"{without + newest.shared:,} of the latest "
        f"{number_of(newest.count, 'address', 'addresses')} came without our cookie or with one "
        "that several share. A cache may be handing out copies of one variant."
    ]


def _shortest(totals: Sequence[int], weights: Sequence[int]) -> int:
    """The place of the variant that is furthest below its share."""
    everybody, whole = sum(totals), sum(weights)
    gaps = [
        count - everybody * weight / whole for count, weight in zip(totals, weights, strict=True)
    ]
    return gaps.index(min(gaps))


def _loss_share(spots: Sequence[SegmentCounts], arm: int) -> float:
    served = sum(spot.served[arm] for spot in spots)
    seen = sum(spot.seen[arm] for spot in spots)
    return max(served - seen, 0) / served if served else 0.0


class SegmentCounts(NamedTuple):
    """Visitors of one kind of device from one source; a number for each variant."""

    device: str
    source: str
    served: tuple[int, ...]
    seen: tuple[int, ...]


class OutlierSegment(NamedTuple):
    """A place that stands out: ``part`` of ``whole``, where ``expected`` are usual."""

    where: str
    part: int
    whole: int
    expected: float


class Measured(NamedTuple):
    """What is measured of a spot: a part of a whole. In a sum of spots both add up."""

    part: int
    whole: int


Measure = Callable[[SegmentCounts], Measured]
# A device, a source, or both; '' is any.
Place = tuple[str, str]


def short_of(
    spots: Sequence[SegmentCounts], arm: int, weights: Sequence[int]
) -> list[OutlierSegment]:
    """Return where a smaller share saw a variant than everywhere else, the worst place first.

    ``expected`` are as many as its weight says.

    >>> phones = SegmentCounts("phone", "a", (), (84, 12))
    >>> spots = [phones, SegmentCounts("desktop", "a", (), (60, 63))]
    >>> short_of(spots, 1, (1, 1))
    [OutlierSegment(where='on phones', part=12, whole=96, expected=48.0)]
    """

    def measure(spot: SegmentCounts) -> Measured:
        return Measured(spot.seen[arm], sum(spot.seen))

    fair = weights[arm] / sum(weights)
    return [odd._replace(expected=odd.whole * fair) for odd in _odd(spots, measure, sign=-1)]


def lost_in(spots: Sequence[SegmentCounts], arms: Sequence[int]) -> list[OutlierSegment]:
    """Return where more pages of these variants were never seen than elsewhere, the worst first.

    ``part`` are those lost, ``expected`` as many as it would be at the share of everywhere else.
    """

    def measure(spot: SegmentCounts) -> Measured:
        served = sum(spot.served[k] for k in arms)
        return Measured(max(served - sum(spot.seen[k] for k in arms), 0), served)

    return _odd(spots, measure, sign=1)


def _odd(spots: Sequence[SegmentCounts], measure: Measure, *, sign: int) -> list[OutlierSegment]:
    left, found = [(spot, measure(spot)) for spot in spots], list[OutlierSegment]()
    while left and len(found) < MOST_PLACES:
        # Of two places with the same people the one that says more of them comes last, and counts.
        ranked = [
            (sign * _distance(here, rest), place, here, _share(rest))
            for place, here, rest in _places(left)
            if here.whole >= FEWEST_PEOPLE and rest.whole >= FEWEST_PEOPLE
        ]
        distance, place, here, rate = max(ranked, default=(0.0, ("", ""), Measured(0, 0), 0.0))
        if distance < FAR:
            break
        found.append(OutlierSegment(_words(place), here.part, here.whole, here.whole * rate))
        left = [(spot, measured) for spot, measured in left if not _is_in(spot, place)]
    return found


def _places(
    spots: Sequence[tuple[SegmentCounts, Measured]],
) -> Iterator[tuple[Place, Measured, Measured]]:
    """Every place but the one that is everywhere: what is measured there, and everywhere else.

    Each spot is added up once, for there may be thousands of sources.
    """
    places: defaultdict[Place, list[int]] = defaultdict(lambda: [0, 0])
    for (device, source, *_), (part, whole) in spots:
        for place in ((device, source), (device, ""), ("", source), ("", "")):
            places[place][0] += part
            places[place][1] += whole
    everywhere = places.pop(("", ""))
    devices, sources = ({place[side] for place in places if place[side]} for side in (0, 1))
    for place, (part, whole) in sorted(places.items()):
        if (not place[0] or len(devices) > 1) and (not place[1] or len(sources) > 1):
            rest = Measured(everywhere[0] - part, everywhere[1] - whole)
            yield place, Measured(part, whole), rest


def _is_in(spot: SegmentCounts, place: Place) -> bool:
    return place[0] in ("", spot.device) and place[1] in ("", spot.source)


def _share(measured: Measured) -> float:
    return max(measured.part / measured.whole, LEAST_RATE)


def _distance(here: Measured, rest: Measured) -> float:
    """How many standard deviations the share here lies above that of the rest."""
    both = Measured(here.part + rest.part, here.whole + rest.whole)
    rate = min(_share(both), 1 - LEAST_RATE)
    spread = sqrt(rate * (1 - rate) * (1 / here.whole + 1 / rest.whole))
    return (here.part / here.whole - rest.part / rest.whole) / spread


def _words(place: Place) -> str:
    device, source = place
    came = "who came directly" if source == "direct" else f"from {source}" if source else ""
    return " ".join(filter(None, (DEVICES.get(device, device), came)))
