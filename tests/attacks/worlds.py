"""Honest worlds: who comes from where, and who is alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from tests.attacks.people import (
    DAY,
    DESKTOP,
    DEVICES,
    HOUR,
    MIX,
    OWN,
    PHONE,
    START,
    People,
    moments,
    people,
    together,
)
from wbtest.publishing.rule import Crowd

# How often somebody does as the first of their office did.
ALIKE = 0.4
ON_CARRIERS, CARRIERS = 0.4, 12
IN_COMPANIES, COMPANIES = 0.4, 8
EVENT, BURST = 150, 400
# Of an audience that came to hear of it more say yes.
KEENER = 1.5


# The event takes an evening of this day.
EVENT_DAY, EVENT_HOUR, EVENT_HOURS = 3, 18, 2
EVENT_CROWD = Crowd(
    name="Meetup",
    from_at=START + timedelta(days=EVENT_DAY, hours=EVENT_HOUR),
    until_at=START + timedelta(days=EVENT_DAY, hours=EVENT_HOUR + EVENT_HOURS),
    people=EVENT,
)
# Draws so many people who come within these days, and of whom this share says yes.
Draw = Callable[[np.random.Generator, int, int, float], People]


def alone(rng: np.random.Generator, number: int, days: int, rate: float) -> People:
    """Everybody has a network of their own."""
    says_yes = rng.random(number) < rate
    return people(rng, moments(rng, number, days), _own(rng, number), says_yes)


def carriers(rng: np.random.Generator, number: int, days: int, rate: float) -> People:
    """Two in five come by phone from one of twelve carriers."""
    return _carriers(rng, number, days, rate, phones=1.0)


def slow_phones(rng: np.random.Generator, number: int, days: int, rate: float) -> People:
    """The same, and phones convert half as well; the rate is that of all."""
    return _carriers(rng, number, days, rate, phones=0.5)


def mobile(rng: np.random.Generator, number: int, days: int, rate: float) -> People:
    """Seven in ten come by phone from one of twelve carriers, and phones convert half as well."""
    return _carriers(rng, number, days, rate, phones=0.5, share=0.7)


def offices(rng: np.random.Generator, number: int, days: int, rate: float) -> People:
    """A third come in offices of two to eight, of whom many do as their first did."""
    network, says_yes = _own(rng, number), rng.random(number) < rate
    at, place = moments(rng, number, days), 0
    while place < number / 3:
        size = int(rng.integers(2, 9))
        rest = slice(place + 1, min(place + size, number))
        network[rest] = network[place]
        is_alike = rng.random(rest.stop - rest.start) < ALIKE
        says_yes[rest] = np.where(is_alike, says_yes[place], says_yes[rest])
        at[rest] = at[place] + rng.integers(0, 2 * DAY, rest.stop - rest.start)
        place += size
    at %= days * DAY
    return people(rng, at, network, says_yes)


def homes(rng: np.random.Generator, number: int, days: int, rate: float) -> People:
    """A third come in pairs, of whom the second often does as the first."""
    network, says_yes = _own(rng, number), rng.random(number) < rate
    firsts, seconds = np.arange(0, number // 3 - 1, 2), np.arange(1, number // 3, 2)
    network[seconds[: len(firsts)]] = network[firsts[: len(seconds)]]
    is_alike = rng.random(len(seconds)) < ALIKE
    says_yes[seconds] = np.where(is_alike, says_yes[firsts[: len(seconds)]], says_yes[seconds])
    return people(rng, moments(rng, number, days), network, says_yes)


def announced(rng: np.random.Generator, number: int, days: int, rate: float) -> People:
    """An announced event of 150 in one hall, a newsletter that brings 400 in three hours."""
    evening = EVENT_DAY * DAY + EVENT_HOUR * HOUR
    at = evening + rng.integers(0, EVENT_HOURS * HOUR, EVENT)
    said = rng.random(EVENT) < KEENER * rate
    event = people(rng, at, OWN - 1, said, is_announced=True)
    day = int(rng.integers(0, days))
    at = day * DAY + 7 * HOUR + rng.exponential(HOUR, BURST).astype(np.int64)
    burst = _carriers(rng, BURST, 1, rate, phones=0.7).changed(at=at)
    return together(carriers(rng, number, days, rate), event, burst)


def companies(rng: np.random.Generator, number: int, days: int, rate: float) -> People:
    """Two in five come by computer from one of eight companies."""
    is_inside = rng.random(number) < IN_COMPANIES
    inside = OWN - COMPANIES + rng.integers(0, COMPANIES, number)
    network = np.where(is_inside, inside, _own(rng, number))
    device = np.where(is_inside, DESKTOP, rng.choice(len(DEVICES), number, p=MIX))
    says_yes = rng.random(number) < rate
    return people(rng, moments(rng, number, days), network, says_yes, device=device)


WORLDS: dict[str, Draw] = {
    "own networks": alone,
    "twelve carriers": carriers,
    "carriers, phones half": slow_phones,
    "seven in ten on carriers": mobile,
    "offices": offices,
    "homes": homes,
    "companies": companies,
    "event and newsletter": announced,
}


def _carriers(
    rng: np.random.Generator,
    number: int,
    days: int,
    rate: float,
    *,
    phones: float,
    share: float = ON_CARRIERS,
) -> People:
    is_carrier = rng.random(number) < share
    mix = np.array(MIX)
    mix[PHONE] = max(mix[PHONE], share + 0.05)
    mix[1:] = (1 - mix[PHONE]) * mix[1:] / mix[1:].sum()
    # Those on carriers have phones, so that among the others fewer do.
    others = mix.copy()
    others[PHONE] = (mix[PHONE] - share) / (1 - share)
    others[1:] = (1 - others[PHONE]) * mix[1:] / mix[1:].sum()
    device = np.where(is_carrier, PHONE, rng.choice(len(DEVICES), number, p=others))
    network = np.where(is_carrier, rng.integers(0, CARRIERS, number) + 500, _own(rng, number))
    relative = np.where(device == PHONE, phones, 1.0)
    usual = mix[PHONE] * phones + 1 - mix[PHONE]
    says_yes = rng.random(number) < rate * relative / usual
    return people(rng, moments(rng, number, days), network, says_yes, device=device)


def _own(rng: np.random.Generator, number: int) -> np.ndarray:
    return OWN + rng.integers(0, 2**40, number)
