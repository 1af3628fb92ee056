"""The rule of an experiment: what counts, what is enough, and what the team does then. Pure.

With it go the crowds that a team announces and the limits for visitors of one network. Many
visitors from one network look like one person with a script, so only the first of them count; an
announced crowd counts up to its number, within its hours. The rule is sealed at the start with a
digest; a change is a new experiment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wbtest.publishing.sources import source_name
from wbtest.publishing.target_calculator import TargetCalculation
from wbtest.statistics import default_hoped_for
from wbtest.store import Invalid
from wbtest.writing.text_rules import find_fault, on_one_line, seen, with_plain_breaks

Conversion = Literal["signup", "confirmed", "price", "call", "preorder"]
MOST_CROWDS = 5
MOST_IN_CROWD = 10_000
MOST_CROWD_NETWORKS = 5
LONGEST_CROWD_NAME = 80
LONGEST_CROWD = timedelta(hours=48)
CROWD_YEARS = range(2000, 2200)
Disclosure = Literal["before", "after"]
MOST_VARIANTS = 6
HEAVIEST = 1_000
LONGEST_CLAUSE = 1_000
LONGEST_SOURCE = 64
LONGEST_TEST = 366
# The risks of a wrong go and of a wrong stop that a rule has if nobody chooses others.
ALPHA = BETA = 0.05
LAST_DAY = date(2199, 12, 31)
LOW_HOPE = (
    "The rate you hope for must be above the target and below 100%. Leave it empty for 1.5 × the "
    "target."
)
# Sealed with each rule, so that nobody can later say that these were to count.
EXCLUDED = (
    "Bots, link previews and pages that browsers load in advance; the team’s own visits and visits "
    "that look automated; visitors beyond the limit we set for each network; visits while the test "
    "is paused; visitors who saw an earlier test of the same idea, or who object to being counted."
)
CLAUSES = ("who", "does", "if_met", "if_not_met", "if_unclear")
RECKONED_FROM = ("customers_from", "reachable_from", "buy_from")
# What a shared connection of a home, a café or a small office needs, however small the plan is.
FEWEST_A_DAY, FEWEST_AN_HOUR = 100, 30
# Of the visitors planned for a day. Where 2,000 are planned and all come in one hour, a third of
# them through three carriers on which half as many convert, the rate is 4.8 % of itself too high;
# with 120 an hour instead of 150 it would be 7.2 %.
SHARE_OF_A_DAY, SHARE_IN_AN_HOUR = 0.2, 0.075


class Act(NamedTuple):
    """One of these in words, and how many hours after the visit it usually counts.

    ``worth`` is what it says about people, ``plural`` what many are called.
    """

    name: str
    worth: str
    do: str
    did: str
    plural: str
    hours: int = 24


ACTS: dict[Conversion, Act] = {
    "signup": Act("A sign-up", "costs nothing", "sign up", "signed up", "sign-ups"),
    "confirmed": Act(
        "A confirmed sign-up",
        "costs a minute and needs a real email address",
        "confirm",
        "confirmed in time",
        "confirmations",
        hours=168,
    ),
    "price": Act(
        "A yes to the price",
        "costs nothing, but commits them to a figure",
        "say yes to the price",
        "said yes to the price",
        "yeses to the price",
    ),
    "call": Act(
        "A yes to a call", "costs time", "agree to a call", "agreed to a call", "yeses to a call"
    ),
    "preorder": Act(
        "A click through to the pre-order",
        "the closest thing to paying",
        "click through to the pre-order",
        "clicked through to the pre-order",
        "clicks through to the pre-order",
    ),
}


def act_named(name: str | None) -> Act:
    """Return what a form or an address names; a sign-up where it names nothing."""
    return next((act for each, act in ACTS.items() if each == name), ACTS["signup"])


class Crowd(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"from_at": "from", "until_at": "until"},
):
    """Up to ``people`` visitors who come between two moments through ``networks`` networks.

    Both moments are aware, and both belong to the crowd's time.
    """

    name: str
    from_at: datetime
    until_at: datetime
    people: int
    networks: int = 1

    def demands(self) -> Iterator[tuple[str, bool, str]]:
        """Each demand as field, whether it is met, and the sentence for when it is not."""
        yield "name", bool(seen(self.name)), "Give this crowd a name, like “Meetup, 12 May”."
        fault = find_fault(self.name, LONGEST_CROWD_NAME)
        yield "name", not fault, fault
        for name, moment in (("from", self.from_at), ("until", self.until_at)):
            yield name, moment.tzinfo is not None, "Add the offset from UTC, like +01:00."
            yield name, moment.year in CROWD_YEARS, "Choose a day from 2000 to 2199."
        if not {self.from_at.year, self.until_at.year} <= {*CROWD_YEARS}:
            return
        # Two times of one zone would be subtracted as on the wall, where a day may have 23 hours.
        lasts = self.until_at.astimezone(UTC) - self.from_at.astimezone(UTC)
        yield "until", lasts > timedelta(0), "It must end after it starts."
        yield "until", lasts <= LONGEST_CROWD, "At most 48 hours. Announce a longer one twice."
        is_right = 1 <= self.people <= MOST_IN_CROWD
        yield "people", is_right, f"Enter 1 to {MOST_IN_CROWD:,} people."
        is_right = 1 <= self.networks <= MOST_CROWD_NETWORKS
        yield "networks", is_right, f"Enter 1 to {MOST_CROWD_NETWORKS} networks. It’s usually 1."

    def find_until_fault(self, now: datetime, ends_at: datetime) -> str:
        """The sentence that says why it's no crowd of a test from ``now`` on, or ''."""
        if self.until_at <= now:
            return "This crowd is over before the test starts. Change or remove it."
        return "The test ends before this crowd does." if self.until_at > ends_at else ""


def crowd_demands(crowds: Sequence[Crowd]) -> Iterator[tuple[str, bool, str]]:
    """The demands on all crowds of a rule; fields are named like ``crowds[0].until``."""
    yield "crowds", len(crowds) <= MOST_CROWDS, f"Announce at most {MOST_CROWDS} crowds."
    names: set[str] = set()
    for place, crowd in enumerate(crowds):
        for field, is_right, sentence in crowd.demands():
            yield f"crowds[{place}].{field}", is_right, sentence
        name = crowd.name.strip().casefold()
        yield f"crowds[{place}].name", name not in names, "Another crowd has this name."
        names.add(name)


def crowd_to_json(crowd: Crowd) -> dict[str, Any]:
    """Return plain JSON values, with moments in UTC."""
    return {
        "name": crowd.name,
        "from": crowd.from_at.astimezone(UTC).isoformat(),
        "until": crowd.until_at.astimezone(UTC).isoformat(),
        "people": crowd.people,
        "networks": crowd.networks,
    }


class NotARule(Invalid, ValueError):
    """A hypothesis that cannot be sealed; ``field`` names what to fix, the text says how.

    ``faults`` name all that there is to fix.
    """


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """“At least ``target`` of ``who`` will ``does``”, and everything that decides whether they did.

    Rates are fractions. Visitors are totals over all variants. ``sources`` are those
    that count, None for all. ``lost_beacons`` is the share of served pages without a beacon that
    trust tolerates. ``hoped_for`` is the rate at which half of the prior for *go* is put; None puts
    all of it on the beta part. ``reckoning`` are the numbers that the target was worked out from,
    if it was. ``crowds`` are those that the team announces, in its order.
    ``knows_team`` is whether the visitors do: then nobody checks whether they are strangers, nor
    whether a rate is too high for strangers.
    """

    who: str
    does: str
    target: float
    floor: float
    minimum_visitors: int
    maximum_visitors: int
    minimum_days: int
    ends_on: date
    if_met: str
    if_not_met: str
    if_unclear: str
    alpha: float = ALPHA
    beta: float = BETA
    sources: tuple[str, ...] | None = None
    conversion: Conversion = "signup"
    conversion_window_hours: int = 24
    disclosure: Disclosure = "before"
    lost_beacons: float = 0.25
    reckoning: TargetCalculation | None = None
    crowds: tuple[Crowd, ...] = ()
    hoped_for: float | None = None
    knows_team: bool = False

    def __post_init__(self) -> None:
        faults: dict[str, str] = {}
        for field, is_right, sentence in self._demands():
            if not is_right:
                faults.setdefault(field, sentence)
        if faults:
            error = NotARule(*next(iter(faults.items())))
            error.faults = faults
            raise error

    def _demands(self) -> Iterator[tuple[str, bool, str]]:
        """Each demand as field, whether it is met, and the sentence for when it is not."""
        for name in ("who", "does", "if_met", "if_not_met", "if_unclear"):
            text = getattr(self, name)
            is_filled = bool(text.strip())
            yield name, is_filled, "Fill this in: a rule that leaves it open can be bent later."
            fault = find_fault(text, LONGEST_CLAUSE)
            yield name, not fault, fault
        for name in ("target", "floor", "alpha", "beta", "lost_beacons"):
            yield name, 0 < getattr(self, name) < 1, "Give a rate above 0% and below 100%."
        yield "floor", self.floor < self.target, "The floor must be below the target."
        is_right = self.hoped_for is None or self.target < self.hoped_for < 1
        yield "hoped_for", is_right, LOW_HOPE
        for name in ("alpha", "beta"):
            yield name, getattr(self, name) <= 0.2, "More than 20% risk of error is no test."
        least, most = self.minimum_visitors, self.maximum_visitors
        yield "minimum_visitors", least >= 1, "Ask for at least one visitor."
        yield "maximum_visitors", most > least, "The maximum must be above the minimum."
        yield "minimum_days", 1 <= self.minimum_days <= 365, "Enter 1 to 365 days."
        hours = self.conversion_window_hours
        yield "conversion_window_hours", 1 <= hours <= 720, "Enter 1 to 720 hours."
        yield "ends_on", self.ends_on <= LAST_DAY, "Choose an earlier day."
        yield "sources", self.sources != (), "Name a source that counts, or let all count."
        for source in self.sources or ():
            fault = find_fault(source, LONGEST_SOURCE)
            yield "sources", not fault, fault
        is_known = self.conversion in ACTS
        yield "conversion", is_known, "Choose what counts from the list."
        is_known = self.disclosure in ("before", "after")
        yield "disclosure", is_known, "Choose before or after the click."
        # A later demand may only be asked of numbers that meet the earlier ones.
        if self.reckoning and (found := self.reckoning.find_fault()):
            yield found[0], False, found[1]
        yield from crowd_demands(self.crowds)

    @property
    def chosen_hope(self) -> float | None:
        """The rate hoped for; None where it is the usual one for the target."""
        return None if self.hoped_for == default_hoped_for(self.target) else self.hoped_for

    def counts_source(self, source: str) -> bool:
        """Whether visits from ``source`` enter the verdict."""
        return self.sources is None or source in self.sources

    def ends_at(self, time_zone: str) -> datetime:
        """The moment, in UTC, at which the last day is over in ``time_zone``."""
        day_after = self.ends_on + timedelta(days=1)
        return datetime.combine(day_after, time.min, ZoneInfo(time_zone)).astimezone(UTC)

    def find_end_fault(self, today: date) -> str:
        """The sentence that says why a test started ``today`` cannot end as it says, or ''."""
        return end_fault(self.ends_on, today, self.minimum_days)

    def find_crowd_fault(self, now: datetime, time_zone: str) -> tuple[str, str] | None:
        """The field and sentence of a crowd outside a test that starts ``now``, or None."""
        for place, crowd in enumerate(self.crowds):
            if fault := crowd.find_until_fault(now, self.ends_at(time_zone)):
                return f"crowds[{place}].until", fault
        return None


def end_fault(ends_on: date, today: date, minimum_days: int) -> str:
    """The same of a rule that is not written yet."""
    days = (ends_on - today).days
    if days < 1:
        return "The last day must be after today."
    if days > LONGEST_TEST:
        return "The last day must be within a year from today."
    if days < minimum_days:
        return f"The last day is {days} days away, but the rule asks for {minimum_days}."
    return ""


def to_json(rule: Hypothesis) -> dict[str, Any]:
    """Return plain JSON values; ``from_json`` gives the same rule back."""
    values: dict[str, Any] = msgspec.to_builtins(rule)
    values["sources"] = None if rule.sources is None else list(rule.sources)
    values["crowds"] = [crowd_to_json(crowd) for crowd in rule.crowds]
    # Their absence says the same.
    for name in ("reckoning", "crowds", "hoped_for", "knows_team"):
        if not values[name]:
            del values[name]
    return values


# What a value of each type is called. Whether a word is one of those to choose from, a rule says.
_CALLED: dict[Any, str] = {
    float: "a number between 0 and 1",
    float | None: "a number between 0 and 1, or nothing",
    int: "a whole number",
    str: "text",
    bool: "true or false",
    date: "a date like 2027-03-31",
    tuple[str, ...] | None: "a list of names, or nothing for all",
    TargetCalculation | None: "customers, reachable and buy as numbers, or nothing",
    tuple[Crowd, ...]: "a list of crowds, each with name, from, until, people and networks",
}
_TYPES = get_type_hints(Hypothesis) | {"conversion": str, "disclosure": str}


def from_json(values: Any) -> Hypothesis:
    """Return the rule. Raises NotARule naming the field that is missing or cannot be used."""
    if not isinstance(values, Mapping):
        raise NotARule("rule", "This must be an object.")
    given: dict[str, Any] = {}
    for name, value in values.items():
        if name not in _TYPES:
            raise NotARule(str(name)[:40], "A rule has no such field.")
        try:
            given[name] = msgspec.convert(value, _TYPES[name])
        except msgspec.ValidationError as error:
            raise NotARule(name, f"This must be {_CALLED[_TYPES[name]]}.") from error
    for entry in fields(Hypothesis):
        if entry.name not in given and entry.default is entry.default_factory:
            raise NotARule(entry.name, "This is missing.")
    return Hypothesis(**given)


def digest(sealed: str) -> str:
    """SHA-256 of a sealed text, 64 hex digits; equal to the seal as long as nobody changed it."""
    return hashlib.sha256(sealed.encode()).hexdigest()


def parse_rule(
    values: Mapping[str, Any],
    reckoning: TargetCalculation | None = None,
    crowds: Iterable[Crowd] = (),
) -> Hypothesis:
    """Return the rule of these values, by the names of its fields.

    Clauses stand on one line, sources under the names by which visits are recorded; without a
    window it is the usual one of what counts, without a rate hoped for that of such a rule. Raises
    NotARule for what cannot be sealed.
    """
    kept = dict(values)
    for name in CLAUSES:
        kept[name] = on_one_line(with_plain_breaks(kept[name])).strip()
    if kept["sources"] is not None:
        # The rule would count nobody by other names; one that is too long it refuses as typed.
        typed = [name.strip() for name in kept["sources"]]
        kept["sources"] = tuple(
            source_name(name) if len(name) <= LONGEST_SOURCE else name for name in typed
        )
    usual = act_named(kept["conversion"]).hours
    kept["conversion_window_hours"] = kept["conversion_window_hours"] or usual
    if kept["hoped_for"] is None and 0 < kept["target"] < 1:
        kept["hoped_for"] = default_hoped_for(kept["target"])
    named = tuple(replace(crowd, name=_one_line(crowd.name)) for crowd in crowds)
    return Hypothesis(**kept, reckoning=reckoning, crowds=named)


def parse_calculation(values: Mapping[str, Any]) -> TargetCalculation:
    """Return the numbers behind a target, by the names of its fields, each source on one line.

    Raises NotARule for what cannot be.
    """
    kept = dict(values)
    for name in RECKONED_FROM:
        kept[name] = _one_line(kept[name])
    found = TargetCalculation(**kept)
    if fault := found.find_fault():
        raise NotARule(*fault)
    return found


def _one_line(text: str) -> str:
    return seen(on_one_line(with_plain_breaks(text)))


class NetworkLimits(Struct, frozen=True, forbid_unknown_fields=True):
    """At most so many visitors of one network count within 60 minutes, and within 24 hours."""

    hour: int = FEWEST_AN_HOUR
    day: int = FEWEST_A_DAY


def limits_of(rule: Hypothesis, first_day: date) -> NetworkLimits:
    """Return the limits of a test that starts on ``first_day``, a local day.

    The visitors planned for a day are the rule's maximum over the days until its end.
    """
    planned = rule.maximum_visitors / max((rule.ends_on - first_day).days + 1, 1)
    hour, day = round(SHARE_IN_AN_HOUR * planned), round(SHARE_OF_A_DAY * planned)
    return NetworkLimits(max(FEWEST_AN_HOUR, hour), max(FEWEST_A_DAY, day))
