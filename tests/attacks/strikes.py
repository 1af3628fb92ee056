"""The attacks that are tried: who sends what from how many networks, against which honest rate."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tests.attacks.people import BY_HOUR, DAY, HOUR, People, people, together

BELOW, ABOVE = 0.05, 0.12
NOON = 12 * HOUR
# A script asks as fast as the page answers.
A_SECOND = 5


class Strike(NamedTuple):
    """One attack: ``number`` visits from each of its ``networks`` on each of its ``days``.

    ``rate`` is the honest one that it is to hide, ``yes`` the share that signs up.
    ``hour`` is when it comes, None for spread over the day as people are. Only visits of the
    variant ``only`` send a beacon, of any where it is None; with ``is_lost`` none does.
    """

    name: str
    rate: float
    networks: int
    number: int
    days: tuple[int, ...]
    yes: float = 1.0
    hour: float | None = None
    only: int | None = None
    is_lost: bool = False
    variants: int = 1
    is_ipv6: bool = False
    is_one_mailbox: bool = False

    @property
    def sent(self) -> int:
        """How many visits it takes."""
        return self.networks * self.number * len(self.days)

    def draw(self, rng: np.random.Generator) -> People:
        """Return the people it pretends."""
        number = self.networks * self.number
        groups = []
        for day in self.days:
            network = np.arange(number) % self.networks
            if self.hour is None:
                hour = rng.choice(24, number, p=BY_HOUR)
                at = day * DAY + hour * HOUR + rng.integers(0, HOUR, number)
            else:
                at = day * DAY + int(self.hour * HOUR) + np.arange(number) // A_SECOND
            # As many say yes as it takes, and no chance is left to it.
            says_yes = rng.permutation(number) < round(self.yes * number)
            groups.append(people(rng, at, network, says_yes, is_false=True))
        every = together(*groups)
        variant = rng.integers(0, self.variants, len(every))
        is_seen = np.full(len(every), not self.is_lost)
        if self.only is not None:
            is_seen = variant == self.only
        return every.changed(variant=variant, is_seen=is_seen)


WEEK = tuple(range(7))
TABLE = (
    Strike("60 sign-ups of one network at once", BELOW, 1, 60, (3,), hour=12),
    Strike("60 plus-addresses of one mailbox", BELOW, 1, 60, (2,), hour=9, is_one_mailbox=True),
    Strike("500 sign-ups, ten /64 of one /48", BELOW, 1, 500, (3,), hour=12, is_ipv6=True),
    Strike("60 before and 60 after midnight", BELOW, 1, 120, (2,), hour=24 - 12 / HOUR),
    Strike("600 views", ABOVE, 1, 600, (3,), yes=0, hour=12),
    Strike("2,100 views, past the cap", ABOVE, 1, 2_100, (1,), yes=0, hour=12),
    Strike("120 views of variant B alone", 0.16, 1, 240, (3,), 0, 12, only=1, variants=2),
    Strike("130 page loads without a beacon", ABOVE, 1, 130, (3,), yes=0, hour=12, is_lost=True),
    Strike("9 sign-ups a day, 5 days, one network", BELOW, 1, 9, WEEK[1:6]),
    Strike("4 sign-ups a day, 7 days, 2 networks", BELOW, 2, 4, WEEK),
    Strike("30 sign-ups each of 5 networks", BELOW, 5, 30, (3,), hour=12),
    Strike("2 sign-ups each of 19 networks", BELOW, 19, 2, (3,)),
    Strike("mimicry: 30 a day, 30% say yes, 3 networks", BELOW, 3, 10, WEEK, yes=0.3),
    Strike("100 views a day, 7 days, one network", ABOVE, 1, 100, WEEK, yes=0),
    Strike("1 sign-up each of 40 networks", BELOW, 40, 1, (3,)),
)
MORE = (
    Strike("4 sign-ups a day, 3 days, 4 networks", BELOW, 4, 4, WEEK[2:5]),
    Strike("4 sign-ups each of 10 networks", BELOW, 10, 4, (3,)),
    Strike("3 sign-ups each of 13 networks", BELOW, 13, 3, (3,)),
    Strike("4 views a day, 7 days, 20 networks", ABOVE, 20, 4, WEEK, yes=0),
    Strike("2 views each of 300 networks", ABOVE, 300, 2, (3,), yes=0),
    Strike("2 sign-ups each of 10 networks, 6.5%", 0.065, 10, 2, (3,)),
    Strike("100 visits of 4 networks, 9.9% say yes", BELOW, 4, 100, WEEK[2:6], yes=0.099),
)
