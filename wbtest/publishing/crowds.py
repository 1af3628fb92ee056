"""Crowds that a team announces before the start: an event, a class, an office. Pure.

Many visitors from one network look like one person with a script, so only the first of them count.
An announced crowd counts up to its number, within its hours. It belongs to the rule and is sealed
with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from wbtest.writing.text_rules import find_fault, seen

MOST_CROWDS = 5
MOST_PEOPLE = 10_000
MOST_NETWORKS = 5
LONGEST_NAME = 80
LONGEST_CROWD = timedelta(hours=48)
YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class Crowd:
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
        fault = find_fault(self.name, LONGEST_NAME)
        yield "name", not fault, fault
        for name, moment in (("from", self.from_at), ("until", self.until_at)):
            yield name, moment.tzinfo is not None, "Add the offset from UTC, like +01:00."
            yield name, moment.year in YEARS, "Choose a day from 2000 to 2199."
        # Two times of one zone would be subtracted as on the wall, where a day may have 23 hours.
        lasts = self.until_at.astimezone(UTC) - self.from_at.astimezone(UTC)
        yield "until", lasts > timedelta(0), "It must end after it begins."
        yield "until", lasts <= LONGEST_CROWD, "At most 48 hours. Announce a longer one twice."
        is_right = 1 <= self.people <= MOST_PEOPLE
        yield "people", is_right, f"Enter 1 to {MOST_PEOPLE:,} people."
        is_right = 1 <= self.networks <= MOST_NETWORKS
        yield "networks", is_right, f"Enter 1 to {MOST_NETWORKS} networks. It’s usually 1."

    def find_until_fault(self, now: datetime, ends_at: datetime) -> str:
        """The sentence that says why it's no crowd of a test from ``now`` on, or ''."""
        if self.until_at <= now:
            return "This crowd is over before the test starts. Change or remove it."
        return "The test ends before this crowd does." if self.until_at > ends_at else ""


def demands(crowds: Sequence[Crowd]) -> Iterator[tuple[str, bool, str]]:
    """The demands on all crowds of a rule; fields are named like ``crowds[0].until``."""
    yield "crowds", len(crowds) <= MOST_CROWDS, f"Announce at most {MOST_CROWDS} crowds."
    names: set[str] = set()
    for place, crowd in enumerate(crowds):
        for field, is_right, sentence in crowd.demands():
            yield f"crowds[{place}].{field}", is_right, sentence
        name = crowd.name.strip().casefold()
        yield f"crowds[{place}].name", name not in names, "Another crowd has this name."
        names.add(name)


def to_json(crowd: Crowd) -> dict[str, Any]:
    """Return plain JSON values, with moments in UTC; ``from_json`` gives the same crowd back."""
    return {
        "name": crowd.name,
        "from": crowd.from_at.astimezone(UTC).isoformat(),
        "until": crowd.until_at.astimezone(UTC).isoformat(),
        "people": crowd.people,
        "networks": crowd.networks,
    }


def from_json(values: Mapping[str, Any]) -> Crowd:
    """Return the crowd of values that ``is_json`` found right."""
    from_at, until_at = (datetime.fromisoformat(values[name]) for name in ("from", "until"))
    return Crowd(values["name"], from_at, until_at, values["people"], values.get("networks", 1))


def is_json(value: Any) -> bool:
    """Whether plain JSON values can become a Crowd; truth values are no numbers."""
    if not isinstance(value, Mapping) or not value.keys() <= _KINDS.keys():
        return False
    is_whole = value.keys() >= _KINDS.keys() - {"networks"}
    if not is_whole or any(type(given) is not _KINDS[name] for name, given in value.items()):
        return False
    return all(_is_moment(value[name]) for name in ("from", "until"))


_KINDS: dict[str, type] = {"name": str, "from": str, "until": str, "people": int, "networks": int}


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
