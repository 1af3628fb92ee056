"""The table of attacks and the honest worlds, through a real app: requests, gate, store, panel."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tests.attacks.page import Page, addresses_of, opened
from tests.attacks.people import DAYS, NEVER, People, together
from tests.attacks.recorded import tell, wipe
from tests.attacks.strikes import ABOVE, Strike
from tests.attacks.worlds import EVENT_CROWD, WORLDS, announced

LOOKS = (7, 8)
# As many a day as the form's plan, and twice as many where the honest page is to have a verdict
# that can be lost.
FEW, MANY = 350, 700
PROVIDERS = ("gmail.com", "outlook.com", "icloud.com", "yahoo.com", "proton.me")
WORLD = "carriers, phones half"
RATES = (0.05, 0.08, 0.1, 0.12)


class Line(NamedTuple):
    """What a look says: the verdict, what counts, and the panel's colour with what stops it."""

    verdict: str
    seen: int
    converted: int
    colour: str
    networks: str
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What is said of the networks where they stop the verdict, else the first that does."""
        return next(iter(self.reasons), "")


class Struck(NamedTuple):
    """An attack's lines, by look, without it and with it, and how much of it counts."""

    strike: Strike
    honest: tuple[Line, ...]
    attacked: tuple[Line, ...]
    refused: int

    @property
    def counted(self) -> int:
        """How many of its visits are among those seen."""
        return self.attacked[-1].seen - self.honest[-1].seen

    @property
    def flips(self) -> bool:
        """Whether the verdict is another at any look."""
        pairs = zip(self.honest, self.attacked, strict=True)
        return any(before.verdict != after.verdict for before, after in pairs)

    @property
    def is_seen(self) -> bool:
        """Whether each other verdict stands under a red panel that names the networks."""
        pairs = zip(self.honest, self.attacked, strict=True)
        return all(
            after.networks == "red" for before, after in pairs if before.verdict != after.verdict
        )


def strike(attack: Strike, world: str = WORLD, seed: int = 1, visitors: int = 0) -> Struck:
    """Send one attack to an app, request by request, and the same honest people without it.

    ``visitors`` are as many honest people as the attack is tried on, unless given.
    """
    number = visitors or (MANY if attack.rate >= ABOVE else FEW)
    both, emails, addresses = cast(attack, world, seed, number)
    with opened(attack.variants) as page:
        refused = page.come(both, emails, addresses, only=attack.only)
        attacked = lines_of(page)
    return Struck(
        attack, _without(attack.rate, attack.variants, world, seed, number), attacked, refused
    )


def told(page: Page, attack: Strike, world: str = WORLD, seed: int = 1) -> Struck:
    """Tell the recorder of the same, without a request for each."""
    lines = []
    for is_honest in (True, False):
        wipe(page)
        number = MANY if attack.rate >= ABOVE else FEW
        tell(page, *cast(attack, world, seed, number, is_honest=is_honest))
        lines.append(lines_of(page))
    return Struck(attack, lines[0], lines[1], 0)


def cast(
    attack: Strike, world: str, seed: int, number: int, *, is_honest: bool = False
) -> tuple[People, list[str], list[str]]:
    """Return who comes, with their mailboxes and IPs; honest people alone, if asked."""
    everybody = _honest(attack.rate, attack.variants, world, seed, number)
    if not is_honest:
        everybody = together(everybody, attack.draw(np.random.default_rng([seed, 2])))
    addresses = addresses_of(everybody, np.random.default_rng([seed, 3]))
    emails = [f"person.{who}@{PROVIDERS[who % len(PROVIDERS)]}" for who in range(len(everybody))]
    for who in np.flatnonzero(everybody.is_false).tolist():
        if attack.is_ipv6:
            addresses[who] = f"2a01:4f8:77:{who % 10:x}::{who:x}"
        if attack.is_one_mailbox:
            emails[who] = f"mallory+{who}@gmail.com"
    return everybody, emails, addresses


def lines_of(page: Page) -> tuple[Line, ...]:
    """Return what is said at each look."""
    return tuple(_line(page, day) for day in LOOKS)


class Count(NamedTuple):
    """How many honest tests of a world were red or amber, by the check of networks and by any."""

    world: str
    rate: float
    tests: int
    red: int
    amber: int
    any_red: int
    verdicts: dict[str, int]


def honest_tests(number: int, name: str, seed: int = 1) -> list[Count]:
    """Tell the recorder of so many honest tests of a world at each rate, and read their panels."""
    crowds = (EVENT_CROWD,) if WORLDS[name] is announced else ()
    with opened(crowds=crowds) as page:
        return [count(page, name, rate, range(number), seed) for rate in RATES]


def count(page: Page, name: str, rate: float, runs: range, seed: int) -> Count:
    """Tell the recorder of these honest tests of a world at one rate, and count colours."""
    colours, others, verdicts = Counter[str](), 0, Counter[str]()
    for run in runs:
        wipe(page)
        rng = np.random.default_rng([seed, run])
        crowd = WORLDS[name](rng, FEW, DAYS, rate)
        emails = [f"person.{who}@gmail.com" for who in range(len(crowd))]
        tell(page, crowd, emails, addresses_of(crowd, rng))
        lines = lines_of(page)
        found = [line.networks for line in lines]
        colours["red" if "red" in found else "amber" if "amber" in found else "green"] += 1
        others += any(line.colour == "red" for line in lines)
        verdicts[lines[-1].verdict] += 1
    return Count(name, rate, len(runs), colours["red"], colours["amber"], others, dict(verdicts))


def even(crowd: People, rate: float, rng: np.random.Generator) -> People:
    """Return the crowd with as many sign-ups as the rate says: what an attack does is no chance."""
    delay = crowd.delay.copy()
    said, others = np.flatnonzero(delay != NEVER), np.flatnonzero(delay == NEVER)
    missing = round(rate * len(delay)) - len(said)
    if missing < 0:
        delay[rng.choice(said, -missing, replace=False)] = NEVER
    else:
        delay[rng.choice(others, missing, replace=False)] = 60
    return crowd.changed(delay=delay)


@lru_cache
def _without(rate: float, variants: int, world: str, seed: int, number: int) -> tuple[Line, ...]:
    """The lines of the honest people of an attack; those of several attacks are the same."""
    attack = Strike("", rate, 0, 0, (), variants=variants)
    with opened(variants) as page:
        page.come(*cast(attack, world, seed, number, is_honest=True))
        return lines_of(page)


@lru_cache
def _honest(rate: float, variants: int, world: str, seed: int, number: int) -> People:
    rng = np.random.default_rng([seed, 1])
    crowd = even(WORLDS[world](rng, number, DAYS, rate), rate, rng)
    return crowd.changed(variant=rng.integers(0, variants, len(crowd)))


def _line(page: Page, day: float) -> Line:
    results, panel = page.look(day)
    networks = next((each.colour for each in panel.checks if each.check == "networks"), "none")
    stops = [each for each in panel.checks if each.state == "stop"]
    stops.sort(key=lambda each: each.check != "networks")
    reasons = tuple(each.reason for each in stops)
    everybody = results.everybody
    verdict = results.verdict
    word = "withheld" if verdict.is_withheld else verdict.word.replace("_", " ")
    said = f"{word}, {verdict.choice}" if verdict.choice else word
    return Line(said, everybody.seen, everybody.converted, panel.colour, networks, reasons)
