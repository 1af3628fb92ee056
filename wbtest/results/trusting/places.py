"""On which devices and from which sources something goes wrong, by the counts alone. Pure.

A place stands out when chance explains it less than once in a thousand times beside the others.
Of places that overlap, such as phones and phones from instagram, the one that stands out most is
named, its people are taken away, and the rest is looked at anew.
"""

from __future__ import annotations

from collections import defaultdict
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
    left, found = [(spot, measure(spot)) for spot in spots], list[Odd]()
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
        found.append(Odd(_words(place), here.part, here.whole, here.whole * rate))
        left = [(spot, measured) for spot, measured in left if not _is_in(spot, place)]
    return found


def _places(spots: Sequence[tuple[Spot, Measured]]) -> Iterator[tuple[Place, Measured, Measured]]:
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


def _is_in(spot: Spot, place: Place) -> bool:
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
