"""On which devices and from which sources something goes wrong, by the counts alone. Pure.

A place stands out when chance explains it less than once in a thousand times beside the others.
Of places that overlap, such as phones and phones from instagram, the one that stands out most is
named, its people are set aside, and the rest is looked at anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from typing import NamedTuple

FEWEST_PEOPLE = 20
# Standard deviations; as many as chance reaches less than once in a thousand times.
FAR = 3.3
MOST_PLACES = 2
# Nothing is ever lost quite nowhere.
LEAST_RATE = 0.01
DEVICES = {"phone": "on phones", "tablet": "on tablets", "desktop": "on computers"}


class Spot(NamedTuple):
    """Visitors of one kind of device from one source; a number for each variant."""

    device: str
    source: str
    served: tuple[int, ...]
    seen: tuple[int, ...]


class Odd(NamedTuple):
    """A place that stands out: ``part`` of ``whole``, where ``expected`` are usual."""

    where: str
    part: int
    whole: int
    expected: float


class Measured(NamedTuple):
    """What is measured of a spot: a part of a whole. In a sum of spots both add up."""

    part: int
    whole: int


Measure = Callable[[Spot], Measured]
# A device, a source, or both; '' is any.
Place = tuple[str, str]


def short_of(spots: Sequence[Spot], arm: int, weights: Sequence[int]) -> list[Odd]:
    """Return where a smaller share saw a variant than everywhere else, the worst place first.

    ``expected`` are as many as its weight says.

    >>> spots = [Spot("phone", "a", (), (84, 12)), Spot("desktop", "a", (), (60, 63))]
    >>> short_of(spots, 1, (1, 1))
    [Odd(where='on phones', part=12, whole=96, expected=48.0)]
    """

    def measure(spot: Spot) -> Measured:
        return Measured(spot.seen[arm], sum(spot.seen))

    fair = weights[arm] / sum(weights)
    return [odd._replace(expected=odd.whole * fair) for odd in _odd(spots, measure, sign=-1)]


def lost_in(spots: Sequence[Spot], arms: Sequence[int]) -> list[Odd]:
    """Return where more pages of these variants were never seen than elsewhere, the worst first.

    ``part`` are those lost, ``expected`` as many as it would be at the share of everywhere else.
    """

    def measure(spot: Spot) -> Measured:
        served = sum(spot.served[k] for k in arms)
        return Measured(max(served - sum(spot.seen[k] for k in arms), 0), served)

    return _odd(spots, measure, sign=1)


def _odd(spots: Sequence[Spot], measure: Measure, *, sign: int) -> list[Odd]:
    left, found = list(spots), list[Odd]()
    while left and len(found) < MOST_PLACES:
        measured = [(place, *_inside(left, place, measure)) for place in _places(left)]
        # Of two places with the same people the one that says more of them comes last, and counts.
        ranked = [
            (sign * _distance(here, rest), place, here, _share(rest))
            for place, here, rest in measured
            if here.whole >= FEWEST_PEOPLE and rest.whole >= FEWEST_PEOPLE
        ]
        distance, place, here, rate = max(ranked, default=(0.0, ("", ""), Measured(0, 0), 0.0))
        if distance < FAR:
            break
        found.append(Odd(_words(place), here.part, here.whole, here.whole * rate))
        left = [spot for spot in left if not _is_in(spot, place)]
    return found


def _places(spots: Sequence[Spot]) -> Iterator[Place]:
    """Every place but the one that is everywhere."""
    devices = sorted({spot.device for spot in spots})
    sources = sorted({spot.source for spot in spots})
    if len(devices) > 1:
        yield from ((device, "") for device in devices)
    if len(sources) > 1:
        yield from (("", source) for source in sources)
    if len(devices) > 1 and len(sources) > 1:
        yield from sorted({(spot.device, spot.source) for spot in spots})


def _is_in(spot: Spot, place: Place) -> bool:
    return place[0] in ("", spot.device) and place[1] in ("", spot.source)


def _inside(spots: Sequence[Spot], place: Place, measure: Measure) -> tuple[Measured, Measured]:
    """What is measured in a place, and everywhere else."""
    both = [Measured(0, 0), Measured(0, 0)]
    for spot in spots:
        side = 0 if _is_in(spot, place) else 1
        both[side] = Measured(*map(sum, zip(both[side], measure(spot), strict=True)))
    return both[0], both[1]


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
