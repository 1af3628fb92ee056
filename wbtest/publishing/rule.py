"""The rule of an experiment: what counts, what is enough, and what we do then. Pure.

Sealed at the start with a digest; a change is a new experiment.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from wbtest.publishing import crowds as announced
from wbtest.publishing import reckoning as reckonings
from wbtest.publishing.conversions import ACTS, Conversion
from wbtest.publishing.crowds import Crowd
from wbtest.publishing.reckoning import Reckoning
from wbtest.writing.text_rules import find_fault

Disclosure = Literal["before", "after"]
MOST_VARIANTS = 6
HEAVIEST = 1_000
LONGEST_CLAUSE = 1_000
LONGEST_SOURCE = 64
LONGEST_TEST = 366
LAST_DAY = date(2199, 12, 31)
# Sealed with each rule, so that nobody can later say that these were to count.
EXCLUDED = (
    "Bots, link previews and prefetches; the team’s own visits and those suspected of being made "
    "by a machine; visitors beyond the limit for one network; visits while the experiment is "
    "paused; whoever was shown an earlier test of the same idea; and whoever objects to being "
    "counted."
)


class NotARule(ValueError):
    """A hypothesis that cannot be sealed; ``field`` names what to mend, the text says how."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """“At least ``target`` of ``who`` will ``does``”, and everything that decides whether they did.

    Rates are fractions. Visitors are totals over all variants. ``sources`` are those
    that count, None for all. ``lost_beacons`` is the share of served pages without a beacon that
    trust tolerates. ``reckoning`` are the numbers that the target was worked out from, if it was.
    ``crowds`` are those that the team announces, in its order.
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
    alpha: float = 0.05
    beta: float = 0.05
    sources: tuple[str, ...] | None = None
    conversion: Conversion = "signup"
    conversion_window_hours: int = 24
    disclosure: Disclosure = "before"
    lost_beacons: float = 0.25
    reckoning: Reckoning | None = None
    crowds: tuple[Crowd, ...] = ()

    def __post_init__(self) -> None:
        for field, is_right, sentence in self._demands():
            if not is_right:
                raise NotARule(field, sentence)

    def _demands(self) -> Iterator[tuple[str, bool, str]]:
        """Each demand as field, whether it is met, and the sentence for when it is not."""
        for name in ("who", "does", "if_met", "if_not_met", "if_unclear"):
            text = getattr(self, name)
            is_filled = bool(text.strip())
            yield name, is_filled, "Fill this in: a rule that leaves it open can be bent later."
            fault = find_fault(text, LONGEST_CLAUSE)
            yield name, not fault, fault
        for name in ("target", "floor", "alpha", "beta", "lost_beacons"):
            yield name, 0 < getattr(self, name) < 1, "Give a rate above 0 % and below 100 %."
        yield "floor", self.floor < self.target, "The floor must lie below the target."
        for name in ("alpha", "beta"):
            yield name, getattr(self, name) <= 0.2, "More than 20 % risk of error is no test."
        least, most = self.minimum_visitors, self.maximum_visitors
        yield "minimum_visitors", least >= 1, "Ask for at least one visitor."
        yield "maximum_visitors", most > least, "The most must be above the least visitors."
        yield "minimum_days", 1 <= self.minimum_days <= 365, "Give 1 to 365 days."
        hours = self.conversion_window_hours
        yield "conversion_window_hours", 1 <= hours <= 720, "Give 1 to 720 hours."
        yield "ends_on", self.ends_on <= LAST_DAY, "Choose an earlier day."
        yield "sources", self.sources != (), "Name a source that counts, or let all count."
        for source in self.sources or ():
            fault = find_fault(source, LONGEST_SOURCE)
            yield "sources", not fault, fault
        is_known = self.conversion in ACTS
        yield "conversion", is_known, "Choose what counts from the list."
        is_known = self.disclosure in ("before", "after")
        yield "disclosure", is_known, "Choose before or after the click."
        if self.reckoning:
            yield from self.reckoning.demands()
        yield from announced.demands(self.crowds)

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
        return "The last day must lie after today."
    if days > LONGEST_TEST:
        return "The last day must lie within a year from today."
    if days < minimum_days:
        return f"The last day is {days} days away, but the rule asks for {minimum_days}."
    return ""


def to_json(rule: Hypothesis) -> dict[str, Any]:
    """Return plain JSON values; ``from_json`` gives the same rule back."""
    values = asdict(rule)
    values["ends_on"] = rule.ends_on.isoformat()
    values["sources"] = None if rule.sources is None else list(rule.sources)
    values["crowds"] = [announced.to_json(crowd) for crowd in rule.crowds]
    # A rule without them stays, letter by letter, what such rules were sealed as before.
    for name in ("reckoning", "crowds"):
        if not values[name]:
            del values[name]
    return values


def from_json(values: Mapping[str, Any]) -> Hypothesis:
    """Return the rule. Raises NotARule naming the field that is missing or cannot be used."""
    given = _named(values)
    for name, value in given.items():
        if not _fits(name, value):
            raise NotARule(name, f"This must be {_KINDS[_kind(name)]}.")
    try:
        given["ends_on"] = date.fromisoformat(given["ends_on"])
    except ValueError as error:
        raise NotARule("ends_on", "Give a date like 2027-03-31.") from error
    if given.get("sources") is not None:
        given["sources"] = tuple(given["sources"])
    if given.get("reckoning") is not None:
        given["reckoning"] = Reckoning(**given["reckoning"])
    given["crowds"] = tuple(announced.from_json(each) for each in given.get("crowds", ()))
    return Hypothesis(**given)


def _named(values: Any) -> dict[str, Any]:
    """Return the fields. Raises NotARule for one too many, one too few, or what is no object."""
    if not isinstance(values, Mapping):
        raise NotARule("rule", "This must be an object.")
    known = {entry.name: entry for entry in fields(Hypothesis)}
    for name in values:
        if name not in known:
            raise NotARule(str(name)[:40], "A rule has no such field.")
    for name, entry in known.items():
        if name not in values and entry.default is entry.default_factory:
            raise NotARule(name, "This is missing.")
    return dict(values)


_RATES = ("target", "floor", "alpha", "beta", "lost_beacons")
_COUNTS = ("minimum_visitors", "maximum_visitors", "minimum_days", "conversion_window_hours")
_KINDS = {
    "rate": "a number between 0 and 1",
    "count": "a whole number",
    "list": "a list of names, or nothing for all",
    "numbers": "customers, reachable and buy as numbers, or nothing",
    "crowds": "a list of crowds, each with name, from, until, people and networks",
    "text": "text",
}


def _kind(name: str) -> str:
    if name in _RATES:
        return "rate"
    if name in _COUNTS:
        return "count"
    return {"sources": "list", "reckoning": "numbers", "crowds": "crowds"}.get(name, "text")


def _fits(name: str, value: Any) -> bool:
    """Whether a JSON value is of its field's kind; truth values are no numbers."""
    match _kind(name):
        case "rate":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "count":
            return isinstance(value, int) and not isinstance(value, bool)
        case "list":
            is_list = isinstance(value, list | tuple)
            return value is None or (is_list and all(isinstance(entry, str) for entry in value))
        case "numbers":
            return value is None or reckonings.is_json(value)
        case "crowds":
            is_list = isinstance(value, list | tuple)
            return is_list and all(announced.is_json(each) for each in value)
    return isinstance(value, str)


def seal(
    rule: Hypothesis,
    *,
    slug: str,
    revision_digest: str,
    variants: list[dict[str, Any]],
    page_digests: Mapping[str, str],
    salt: str,
    attempt: int,
    started_at: datetime,
    time_zone: str,
    options: Mapping[str, Any],
    network_limits: Mapping[str, int],
    warnings_seen: Sequence[str] = (),
    approvers: Sequence[int] = (),
    asks_name: bool = False,
) -> tuple[str, str]:
    """Return the sealed text and its SHA-256 in 64 hex digits.

    The text is canonical JSON, so the digest can be computed from it. ``network_limits`` say how
    many visitors of one network count. ``options`` are those that are not the usual ones,
    ``warnings_seen`` those of the launch check, ``approvers`` the people who approved the revision,
    by id.
    """
    text = json.dumps(
        {
            "approvers": list(approvers),
            "asks_name": asks_name,
            "attempt": attempt,
            **({"options": dict(options)} if options else {}),
            **({"warnings_seen": list(warnings_seen)} if warnings_seen else {}),
            "excluded": EXCLUDED,
            "network_limits": dict(network_limits),
            "pages": dict(page_digests),
            "revision": revision_digest,
            "rule": to_json(rule),
            "salt": salt,
            "slug": slug,
            "started_at": started_at.isoformat(),
            "time_zone": time_zone,
            "variants": variants,
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return text, digest(text)


def digest(sealed: str) -> str:
    """SHA-256 of a sealed text, 64 hex digits; equal to the seal as long as nobody changed it."""
    return hashlib.sha256(sealed.encode()).hexdigest()
