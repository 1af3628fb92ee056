"""What the trust panel shows: a check, how its words are put together, and the panel itself. Pure.

``CheckContext`` is what checks read beside the counts: how the test was run, who left addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from wbtest.audience.quality_counts import NewestSignups
from wbtest.web import percent

CheckState = Literal["ok", "warn", "stop"]
Colour = Literal["green", "amber", "red", "grey"]
# Where to look next; the panel knows the addresses.
Where = Literal[
    "", "page", "excluded", "signups", "history", "attempts", "seal", "links", "networks", "aside"
]
# Of fewer than this a per cent would say more than is known.
SMALL = 100
# What these stop cannot be saved by a fix: chance did not decide who saw which variant.
LOST = ("split", "served_split")
COLOURS: dict[CheckState, Colour] = {"ok": "green", "warn": "amber", "stop": "red"}
WORDS: dict[CheckState, str] = {"ok": "passed", "warn": "to review", "stop": "failed"}


class Check(Struct, frozen=True):
    """One line of the trust panel: its key, state and reason, and the words it is shown with.

    ``do`` is what to do next, ``hints`` are causes by the evidence at hand, the likeliest first,
    and ``where`` is the place to look. ``is_early``: too few came to judge, so pages say nothing
    against the figures yet, nor for them. Without ``applies`` this test has nothing to judge.
    """

    check: str
    state: CheckState
    reason: str
    title: str
    value: str
    do: str = ""
    hints: tuple[str, ...] = ()
    where: Where = ""
    is_early: bool = False
    applies: bool = True

    @property
    def colour(self) -> Colour:
        """Its colour by name, grey while it is early."""
        return "grey" if self.is_early else COLOURS[self.state]

    @property
    def word(self) -> str:
        """What the colour says."""
        return WORDS[self.state]


def early(check: str, title: str, reason: str, value: str = "–") -> Check:
    """Return a check that cannot be judged yet."""
    return Check(check, "ok", reason, title, value, is_early=True)


def not_applicable(check: str, title: str, reason: str, value: str = "–") -> Check:
    """Return a check that has nothing to judge in this test."""
    return Check(check, "ok", reason, title, value, applies=False)


def is_red(checks: Sequence[Check]) -> bool:
    """Whether a check stops the verdict."""
    return any(check.state == "stop" for check in checks)


def is_lost(checks: Sequence[Check]) -> bool:
    """Whether a check stops the verdict for good, so that only a new test helps."""
    return any(check.state == "stop" and check.check in LOST for check in checks)


def share(part: int, whole: int) -> str:
    """Return a share as a whole per cent; one that is not nothing is never told as nothing.

    >>> share(1, 3), share(1, 1000), share(999, 1000)
    ('33%', 'under 1%', 'over 99%')
    """
    of_hundred = round(100 * part / whole)
    if part and not of_hundred:
        return "under 1%"
    return "over 99%" if part < whole and of_hundred == 100 else f"{of_hundred}%"


def share_of(part: int, whole: int) -> str:
    """Return a share as counts while these are small, else as a whole per cent.

    >>> share_of(3, 41), share_of(330, 1000)
    ('3 of 41', '33%')
    """
    return share(part, whole) if whole >= SMALL else f"{part:,} of {whole:,}"


def rate_of(part: int, whole: int) -> str:
    """Return a rate with what it is of; as counts alone while these are small.

    >>> rate_of(3, 41), rate_of(135, 990)
    ('3 of 41', '13.6% of 990')
    """
    counts = f"{part:,} of {whole:,}"
    return f"{percent(part / whole)} of {whole:,}" if whole >= SMALL else counts


def short_rate(part: int, whole: int) -> str:
    """Return a rate in per cent, or as counts while these are small.

    >>> short_rate(3, 41), short_rate(135, 990)
    ('3 of 41', '13.6%')
    """
    return percent(part / whole) if whole >= SMALL else f"{part:,} of {whole:,}"


def listed(words: Sequence[object], last: str = "and") -> str:
    """Return the words as a person lists them.

    >>> listed(["bots", 1204, "prefetches"])
    'bots, 1,204 and prefetches'
    """
    texts = [f"{word:,}" if isinstance(word, int) else str(word) for word in words]
    return f" {last} ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def capital(text: str) -> str:
    """Return the text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


NOBODY = NewestSignups()


class Paused(NamedTuple):
    """A time in which nobody counted; ``until`` is now while it lasts."""

    since: datetime
    until: datetime

    @property
    def hours(self) -> float:
        """How long it lasted."""
        return (self.until - self.since).total_seconds() / 3600


class Corrected(NamedTuple):
    """A mistake that was corrected in the words of the page: when, and what became what."""

    at: datetime
    said: str


class CheckContext(NamedTuple):
    """How a test was run. ``names`` are the variants' in the sealed order.

    ``started`` and ``today`` are local days, None where nobody asks. ``facts_changed`` are the days
    on which somebody changed what visitors read of the team. ``pretenders`` are page loads that
    said they were Chrome and lacked what Chrome sends; ``newest`` is of the newest addresses, those
    ``without_cookie`` in the order of the names. ``unusual`` are hours of which the owners were
    told, the newest first, each with what was unusual.
    """

    names: tuple[str, ...] = ()
    time_zone: str = "UTC"
    started: date | None = None
    today: date | None = None
    is_over: bool = False
    attempt: int = 1
    confirms: bool = True
    is_cookieless: bool = False
    pauses: tuple[Paused, ...] = ()
    facts_changed: tuple[date, ...] = ()
    corrections: tuple[Corrected, ...] = ()
    pretenders: int = 0
    unusual: tuple[tuple[datetime, str], ...] = ()
    newest: NewestSignups = NOBODY
    without_cookie: tuple[int, ...] = ()

    @property
    def days(self) -> int | None:
        """How many local days the test has lasted, or None."""
        if self.started is None or self.today is None:
            return None
        return (self.today - self.started).days + 1

    def name(self, place: int) -> str:
        """Return the name of a variant as a sentence has it."""
        return f"“{self.names[place]}”" if self.names else f"variant {place + 1}"

    def day(self, moment: datetime) -> str:
        """Return the local day as people say it: 5 March."""
        return day_name(moment.astimezone(ZoneInfo(self.time_zone)).date())


def day_name(day: date) -> str:
    """Return a day as people say it.

    >>> day_name(date(2027, 3, 5))
    '5 March'
    """
    return f"{day.day} {day:%B}"


def pauses_of(steps: Sequence[tuple[str, datetime]], end: datetime) -> tuple[Paused, ...]:
    """Return when a test rested, from its steps in their order; ``end`` is its end, or now.

    >>> from datetime import UTC
    >>> noon = datetime(2027, 3, 5, 12, tzinfo=UTC)
    >>> [pause.hours for pause in pauses_of([("paused", noon)], noon.replace(hour=18))]
    [6.0]
    """
    found: list[Paused] = []
    since: datetime | None = None
    for what, at in steps:
        if what == "paused":
            since = at
        elif what in ("resumed", "ended") and since is not None:
            found.append(Paused(since, at))
            since = None
    return (*found, Paused(since, max(end, since))) if since else tuple(found)


SEVERITY: tuple[CheckState, ...] = ("stop", "warn")
# While this one is too early, so are all.
FIRST_TO_JUDGE = "beacons"


class Panel(NamedTuple):
    """What the panel shows. ``wanting`` didn't pass, the worst first; ``checks`` all that apply."""

    colour: Colour
    sentence: str
    wanting: tuple[Check, ...]
    checks: tuple[Check, ...]


def panel_of(checks: Sequence[Check]) -> Panel:
    """Return the panel of these checks.

    >>> from wbtest.results.trust import Check
    >>> panel_of([Check("split", "ok", "As planned.", "Split", "yes")]).sentence
    'All checks passed.'
    """
    red = sum(check.colour == "red" for check in checks)
    amber = sum(check.colour == "amber" for check in checks)
    colour: Colour = "green"
    sentence = "All checks passed."
    is_early = any(check.is_early for check in checks if check.check == FIRST_TO_JUDGE)
    if red:
        failed = "1 check failed" if red == 1 else f"{red} checks failed"
        colour, sentence = "red", f"{failed}. Don’t decide on this data."
    elif amber:
        number = "1 check" if amber == 1 else f"{amber} checks"
        colour = "amber"
        sentence = number + (" to review." if is_early else " to review before you decide.")
    elif is_early:
        colour, sentence = "grey", "Too few visitors for the checks."
    wanting = [
        check
        for state in SEVERITY
        for check in checks
        if check.state == state and not check.is_early
    ]
    applying = tuple(check for check in checks if check.applies)
    return Panel(colour, sentence, tuple(wanting), applying)
