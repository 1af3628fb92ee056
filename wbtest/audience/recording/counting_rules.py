"""What of one visitor counts, and in which cell of the hourly roll-up. Pure.

The same gate stands before both sides of the rate: a visitor is seen, and may convert, only by a
beacon that came before any of their sign-ups. Everything is decided by when it happened, so the
order in which rows reach the store doesn't matter. The writer of events, their erasure and the
recount that proves the roll-up all count with this.

Hours are those of the test's time zone. One is named by its first second since 1970. Where a clock
is put forward or back, every moment still falls into exactly one hour, and hours add up to local
days of 23, 24, 24.5 or 25 hours.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from wbtest.publishing.rule import Conversion, NetworkLimits

# Since 1972 every zone is off UTC by whole quarters and changes at one, so no quarter hour of UTC
# lies in two local hours.
QUARTER_SECONDS = 900
MICROSECONDS = 1_000_000
QUARTER_US = QUARTER_SECONDS * MICROSECONDS
HOUR_SECONDS = 3600
HOUR_US = HOUR_SECONDS * MICROSECONDS
# The reason that takes a visitor out on both sides of the rate: see ``History``.
SUSPECTED = "suspected"
# What may come after a sign-up and convert in its place: each has a column of that name.
STEPS: tuple[Conversion, ...] = ("confirmed", "price", "call", "preorder")
# Who said no to a step; each has a column of that name, too. Nothing else is asked with a no.
NOES = ("price_no", "call_no")
# The reason under which its sign-ups are kept.
WAITING = "waiting"
# The reason of sign-ups with a form on another site. Their visitor is unknown, so a visit of the
# same person counts as if there were none.
OFF_SITE = "off_site"


def microseconds_of(moment: datetime) -> int:
    """Return a moment as events carry it: in microseconds since 1970, UTC."""
    return int(moment.timestamp() * MICROSECONDS)


def moment_at(at_us: int) -> datetime:
    """Return the moment of ``at_us`` in UTC; the reverse of ``microseconds_of``."""
    return datetime.fromtimestamp(at_us / MICROSECONDS, UTC)


def hour_of(at_us: int, zone: str) -> int:
    """Return the start of the local hour of ``at_us``, in whole seconds since 1970.

    ``at_us`` is in microseconds since 1970, ``zone`` an IANA name.

    >>> hour_of(1_800_000_000_000_000, "Asia/Kathmandu")
    1799997300
    """
    return _hour_of_quarter(at_us // QUARTER_US, zone)


def day_of(hour: int, zone: str) -> date:
    """Return the local day in which an hour lies.

    >>> day_of(1799997300, "Asia/Kathmandu").isoformat()
    '2027-01-15'
    """
    return _local(hour, zone).date()


def clock_of(hour: int, zone: str) -> int:
    """Return the hour of the day, 0 to 23, as which an hour is known there.

    >>> clock_of(1799997300, "Asia/Kathmandu")
    13
    """
    return _local(hour, zone).hour


@lru_cache(maxsize=16_384)
def _hour_of_quarter(quarter: int, zone: str) -> int:
    moment = quarter * QUARTER_SECONDS
    offset = _offset(moment, zone)
    start = moment - (moment + offset) % HOUR_SECONDS
    while _offset(start, zone) != offset:
        # The clock was changed within this local hour: it begins at the change, since what lies
        # before belongs to another hour.
        start += QUARTER_SECONDS
    return start


def _offset(second: int, zone: str) -> int:
    """How far the zone is ahead of UTC, in seconds."""
    offset = _local(second, zone).utcoffset()
    return int((offset or timedelta()).total_seconds())


@lru_cache(maxsize=4096)
def _local(second: int, zone: str) -> datetime:
    return datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone))


class SignupTimes(NamedTuple):
    """When a sign-up arrived, and each step after it, in microseconds since 1970."""

    at_us: int
    confirmed_us: int | None = None
    price_us: int | None = None
    call_us: int | None = None
    preorder_us: int | None = None

    def moment_of(self, conversion: Conversion) -> int | None:
        """Return when this happened, or None when it has not."""
        moment: int | None = (
            self.at_us if conversion == "signup" else getattr(self, f"{conversion}_us")
        )
        return moment


class Attribution(NamedTuple):
    """Whether the sighting counts, and which sign-up is the conversion: its index, or None.

    ``unseen`` are the indexes of sign-ups that no counted sighting preceded within the window.
    """

    is_counted: bool
    conversion: int | None
    unseen: frozenset[int]


def attribute(
    sighting_us: int | None,
    signups: Sequence[SignupTimes],
    conversion: Conversion,
    window_us: int,
) -> Attribution:
    """Return what counts of a visitor first seen at ``sighting_us``, None for never.

    The sighting counts unless a sign-up came before it or with it. The conversion is the sign-up
    that took the converting step first, within the window after the sighting; of two at once the
    one that signed up first. A step taken before the sighting never counts, nor one taken before
    the sign-up: an address confirmed under a reason for exclusion can come to count afterwards. So
    nobody can move a conversion out of an hour that is over, or into one. A visitor converts once
    at most. Give only the sign-ups that stand under the same reason for exclusion as the sighting,
    '' for none.

    >>> attribute(100, [SignupTimes(160), SignupTimes(130)], "signup", window_us=50)
    Attribution(is_counted=True, conversion=1, unseen=frozenset({0}))
    """
    everyone = frozenset(range(len(signups)))
    if sighting_us is None or any(signup.at_us <= sighting_us for signup in signups):
        return Attribution(is_counted=False, conversion=None, unseen=everyone)
    ends_us = sighting_us + window_us
    converting = [
        (moment, signup.at_us, index)
        for index, signup in enumerate(signups)
        if (moment := signup.moment_of(conversion)) is not None
        and signup.at_us <= moment <= ends_us
    ]
    return Attribution(
        is_counted=True,
        conversion=min(converting)[2] if converting else None,
        unseen=frozenset(index for index in everyone if signups[index].at_us > ends_us),
    )


class AnnouncedCrowd(NamedTuple):
    """When a crowd that was announced comes, and from how many networks at most how many people."""

    from_us: int
    until_us: int
    people: int
    networks: int


class CountingRules(NamedTuple):
    """What of a sealed experiment decides how its events are counted.

    ``sources`` are those that the rule counts, None for all. ``is_purged``: its totals stand,
    whatever becomes of the rows that are still there. ``key`` is the page's own, under which
    networks are marked; None once it is destroyed.
    """

    zone: str
    conversion: Conversion
    window_us: int
    sources: tuple[str, ...] | None = None
    is_purged: bool = False
    key: bytes | None = None
    limits: NetworkLimits = NetworkLimits()
    crowds: tuple[AnnouncedCrowd, ...] = ()


class RollupKey(NamedTuple):
    """A row of the roll-up."""

    experiment_id: int
    variant: str
    hour: int
    source: str
    device: str
    language: str
    excluded_because: str


# How much to add to which column of which cell; what must go is negative.
RollupDelta = Counter[tuple[RollupKey, str]]
# Columns of cells to each of which one is added.
Increments = list[tuple[RollupKey, str]]


class VisitRow(NamedTuple):
    """A visit as it is inserted. Of this row and the next ones the primary key comes first."""

    experiment_id: int
    visitor: str
    excluded_because: str
    variant: str
    at_us: int
    source: str
    device: str
    language: str
    mark: int = -1


class SightingRow(NamedTuple):
    """A sighting as it is inserted; it counts until it is settled that it does not."""

    experiment_id: int
    visitor: str
    excluded_because: str
    variant: str
    at_us: int
    source: str
    device: str
    language: str
    is_counted: bool = True


class SignupRow(NamedTuple):
    """A sign-up as it is inserted."""

    experiment_id: int
    email_key: str
    visitor: str
    excluded_because: str
    variant: str
    at_us: int
    source: str
    device: str
    language: str
    email: str
    name: str
    consent: str
    token_hash: str
    is_converted: bool = False
    confirmed_us: int | None = None
    answered_us: int | None = None
    price_us: int | None = None
    price_no_us: int | None = None
    call_us: int | None = None
    call_no_us: int | None = None
    preorder_us: int | None = None
    page_digest: str = ""
    is_disposable: bool = False
    is_automated: bool = False
    other_variant: str = ""
    answer_hash: str = ""
    answers: str = ""
    mailed_us: int | None = None
    is_asked_to_confirm: bool = False


EventRow = VisitRow | SightingRow | SignupRow


class HistoryKey(NamedTuple):
    """Whose history: a visitor's under one reason, or a single sign-up nothing ties to a visit."""

    experiment_id: int
    visitor: str
    excluded_because: str
    email_key: str = ""


class History(Struct, frozen=True):
    """What one visitor did under one reason for exclusion; sign-ups by time.

    A visitor who ever sent a sign-up that is suspected of being a machine's is taken for a machine:
    ``is_suspected``. Then the sighting counts as little as the sign-up, or machines would swell the
    one side of the rate alone. It holds for good, whatever the visitor sends before or afterwards:
    if another sign-up could lift it, whether somebody is among the seen would depend on whether
    they signed up. That one is kept, gets its mail, and stands as one without a sighting.
    """

    sighting: SightingRow | None
    signups: Sequence[SignupRow]
    is_suspected: bool = False


def history_key(signup: SignupRow) -> HistoryKey:
    """Return the key of the history a sign-up belongs to."""
    email_key = "" if signup.visitor else signup.email_key
    return HistoryKey(signup.experiment_id, signup.visitor, signup.excluded_because, email_key)


def is_suspected(key: HistoryKey, suspects: Collection[tuple[int, str]]) -> bool:
    """Whether this history is one of a machine; ``suspects`` are experiments and visitors.

    Other reasons than suspicion take out both sides by themselves.
    """
    return key.excluded_because in ("", SUSPECTED) and key[:2] in suspects


def suspects_of(rows: Iterable[EventRow]) -> set[tuple[int, str]]:
    """Return the experiments and visitors that have a row under suspicion among these."""
    return {(row.experiment_id, row.visitor) for row in rows if row.excluded_because == SUSPECTED}


def is_served(visit: VisitRow, suspects: Collection[tuple[int, str]]) -> bool:
    """Whether a visit counts as served under its reason.

    A suspected visitor is left out of both served and seen, or a bot could drive the two apart at
    will and make it look as if beacons were lost. Their visit under suspicion itself is counted.
    """
    key = (visit.experiment_id, visit.visitor)
    return visit.excluded_because != "" or key not in suspects


def by_time(signups: Iterable[SignupRow]) -> list[SignupRow]:
    """Sort so that everybody who counts them has the same first one."""
    return sorted(signups, key=lambda signup: (signup.at_us, signup.email_key))


def histories_of(
    keys: Iterable[HistoryKey], sightings: Iterable[SightingRow], signups: Iterable[SignupRow]
) -> dict[HistoryKey, History]:
    """Return these histories, of all sightings and sign-ups of their visitors and addresses."""
    seen = {
        HistoryKey(row.experiment_id, row.visitor, row.excluded_because): row for row in sightings
    }
    suspects = {key[:2] for key in seen if key.excluded_because == SUSPECTED}
    signed: defaultdict[HistoryKey, list[SignupRow]] = defaultdict(list)
    for row in signups:
        signed[history_key(row)].append(row)
    return {
        key: History(seen.get(key), by_time(signed[key]), is_suspected(key, suspects))
        for key in keys
    }


def rollup_key(event: EventRow, rules: CountingRules, at_us: int | None = None) -> RollupKey:
    """Return the cell of an event, at its own time or at ``at_us``."""
    return RollupKey(
        event.experiment_id,
        event.variant,
        hour_of(event.at_us if at_us is None else at_us, rules.zone),
        event.source,
        event.device,
        event.language,
        event.excluded_because,
    )


def times_of(signup: SignupRow) -> SignupTimes:
    """Return when everything that may convert happened to a sign-up."""
    return SignupTimes(
        signup.at_us, signup.confirmed_us, signup.price_us, signup.call_us, signup.preorder_us
    )


def count_history(history: History, rules: CountingRules) -> tuple[Attribution, Increments]:
    """Return what of a history counts, and what it adds to the roll-up, visits apart."""
    sighting, signups = history.sighting, history.signups
    times = [times_of(signup) for signup in signups]
    seen_us = None if sighting is None or history.is_suspected else sighting.at_us
    attribution = attribute(seen_us, times, rules.conversion, rules.window_us)
    counts: Increments = []
    if sighting is not None and attribution.is_counted:
        cell = rollup_key(sighting, rules)
        counts.append((cell, "seen"))
        if attribution.conversion is not None:
            converted_us = times[attribution.conversion].moment_of(rules.conversion)
            counts.append((cell, "converted"))
            counts.append((rollup_key(sighting, rules, converted_us), "arrived"))
    for index, signup in enumerate(signups):
        cell = rollup_key(signup, rules)
        counts.append((cell, "signups"))
        if index in attribution.unseen:
            counts.append((cell, "unseen"))
        if signup.answered_us is not None:
            counts.append((cell, "answered"))
        counts += [(cell, step) for step in STEPS if times[index].moment_of(step) is not None]
        counts += [(cell, no) for no in NOES if getattr(signup, f"{no}_us") is not None]
    return attribution, counts
