"""Histories of visits and sign-ups made from a seed: the same events in every run.

They go to the recorder as the visitor path hands them over, so nothing here hangs on the random
salts and keys of a test.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from wbtest.audience.recording.events import Event, Seen, Served, SignedUp

MINUTE_US = 60_000_000
DAY_MINUTES = 24 * 60
GENERATED = 200
SOURCES = ("newsletter", "x", "www.google.com", "direct")
DEVICES = ("phone", "phone", "desktop", "tablet")
LANGUAGES = ("en", "en", "de", "")
ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
# Tests begin on 1 March 2027 at nine, where the tests' clock starts.
FIRST_DAY = date(2027, 3, 1)
# Name, true rates, visitors, days on which they come, share of lost beacons; target, floor, least
# and most visitors of the rule, and its days.
LIKE_THE_DEMO = (
    ("docket", (0.046,), 330, 10, 0.08, 0.09, 0.015, 300, 3000, 11),
    ("docket-2", (0.138,), 360, 13, 0.08, 0.09, 0.015, 300, 3000, 13),
    ("larder", (0.066, 0.13, 0.078), 1290, 13, 0.1, 0.08, 0.03, 600, 6000, 28),
    ("nightbus", (0.076, 0.082), 450, 12, 0.08, 0.08, 0.03, 400, 4000, 28),
    ("kiln", (0.07, 0.075), 570, 11, 0.02, 0.06, 0.03, 400, 5000, 28),
)


@dataclass(frozen=True)
class History:
    """One test: its rule, its variants with weights and true rates, and who comes.

    ``days`` is how long people come, ``looks_after`` when the figures are read, in days.
    """

    name: str
    seed: int
    rates: tuple[float, ...]
    weights: tuple[int, ...]
    visitors: int
    days: int
    looks_after: float
    time_zone: str = "UTC"
    lost: float = 0.1
    rule: dict[str, Any] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """The variants' keys, the control first."""
        return ["control", *(f"variant-{number}" for number in range(1, len(self.rates)))]


@dataclass(frozen=True)
class Confirmation:
    """Somebody presses the button in the mail."""

    token_hash: str
    at_us: int


def histories() -> Iterator[History]:
    """Tests like the demo's, one of two thousand visitors, and those made up from their number."""
    yield from _like_the_demo()
    yield History(
        "two-thousand", 2_000, (0.08, 0.1, 0.06), (1, 1, 1), 2_000, 6, 8, "Asia/Kathmandu", 0.2
    )
    for number in range(GENERATED):
        yield _generated(number)


def _like_the_demo() -> Iterator[History]:
    for number, (name, rates, visitors, days, lost, target, floor, least, most, lasts) in enumerate(
        LIKE_THE_DEMO
    ):
        yield History(
            name=f"demo-{name}",
            seed=number,
            rates=rates,
            weights=(1,) * len(rates),
            visitors=visitors,
            days=days,
            looks_after=days + 2,
            lost=lost,
            rule={
                "target": target,
                "floor": floor,
                "minimum_visitors": least,
                "maximum_visitors": most,
                "ends_on": FIRST_DAY + timedelta(lasts),
            },
        )


def _generated(number: int) -> History:
    chance = random.Random(f"history {number}")
    arms = chance.choice((1, 1, 2, 2, 3, 4, 6))
    target = chance.choice((0.05, 0.08, 0.12, 0.3))
    days = chance.randint(1, 12)
    conversion = chance.choice(("signup", "signup", "confirmed"))
    minimum = chance.choice((40, 100, 200))
    return History(
        name=f"made-up-{number}",
        seed=number,
        rates=tuple(target * chance.choice((0.2, 0.6, 1, 1.5, 2.5)) for _ in range(arms)),
        weights=tuple(chance.choice((1, 1, 2, 5)) for _ in range(arms)),
        visitors=chance.choice((0, 5, 60, 150, 300, 600)),
        days=days,
        looks_after=days + chance.choice((-0.5, 0.01, 2, 9)),
        time_zone=chance.choice(ZONES),
        lost=chance.choice((0.0, 0.1, 0.3)),
        rule={
            "target": target,
            "floor": target / 3,
            "minimum_visitors": minimum,
            # Fewer could never speak for a stop.
            "maximum_visitors": minimum + round(chance.choice((30, 90)) * arms / target),
            "minimum_days": chance.choice((1, 3)),
            "sources": chance.choice((None, None, ("newsletter", "x"))),
            "conversion": conversion,
            "conversion_window_hours": chance.choice((1, 24, 168)),
        },
    )


def events_of(
    history: History, experiment_id: int, start_us: int
) -> Iterator[Event | Confirmation]:
    """Everything that happens, in the order of time."""
    chance = random.Random(f"events of {history.name} {history.seed}")
    happened: list[tuple[int, int, Event | Confirmation]] = []
    for number in range(history.visitors):
        for event in _of_visitor(history, experiment_id, start_us, number, chance):
            at_us = event.at_us
            happened.append((at_us, len(happened), event))
    yield from (event for _, _, event in sorted(happened, key=lambda each: each[:2]))


def _of_visitor(
    history: History, experiment_id: int, start_us: int, number: int, chance: random.Random
) -> Iterator[Event | Confirmation]:
    """One person: served, perhaps seen, perhaps signed up before or after, perhaps confirmed."""
    arm = chance.choices(range(len(history.rates)), history.weights)[0]
    minute = chance.uniform(0, history.days * DAY_MINUTES)
    came_us = start_us + round(minute * MINUTE_US)
    reason = chance.choices(("", "team", "suspected"), (94, 3, 3))[0]
    who: dict[str, Any] = {
        "experiment_id": experiment_id,
        "variant": history.keys[arm],
        "visitor": f"{history.name}-{number}",
        "source": chance.choice(SOURCES),
        "device": chance.choice(DEVICES),
        "language": chance.choice(LANGUAGES),
        "user_agent": BROWSER,
    }
    aside = {"excluded_because": "team" if reason == "team" else ""}
    yield Served(at_us=came_us, **who, **aside)
    if chance.random() < 0.05:
        yield Served(at_us=came_us, **(who | {"visitor": "", "user_agent": "curl/8.14"}))
    is_seen = chance.random() >= history.lost
    if is_seen:
        yield Seen(at_us=came_us + 10_000_000, **who, **aside)
    if chance.random() >= history.rates[arm]:
        return
    # Some sign up late, outside the window; two in a hundred had no cookie.
    later = chance.choice((1, 1, 1, 5, 40, 90, 3_000)) * MINUTE_US
    email = f"{number}@{history.name}.example"
    visitor = "" if chance.random() < 0.02 else who["visitor"]
    yield SignedUp(
        at_us=came_us + later,
        **(who | {"visitor": visitor}),
        excluded_because=reason,
        email=email,
        email_key=email,
        token_hash=f"token of {email}",
        asks_to_confirm=True,
    )
    if chance.random() < 0.6:
        yield Confirmation(
            f"token of {email}", came_us + later + round(chance.expovariate(1 / 300)) * MINUTE_US
        )
