"""Which part of the descriptive figures is asked for, as it stands in the address. Pure.

A filter never touches the verdict, the evidence or an interval that they rest on. What nobody could
have chosen asks for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wbtest.audience.counts import Cut
from wbtest.publishing.rule import Hypothesis


class Choices(NamedTuple):
    """What may be chosen; ``days`` are local, the first first.

    ``offered`` are the sources that the form names, if not all: an address may name any.
    """

    sources: Sequence[str]
    devices: Sequence[str]
    days: Sequence[date]
    offered: Sequence[str] | None = None

    def sources_beside(self, asked: str) -> list[str]:
        """Return the sources that the form names, the one that is asked for among them."""
        named = self.sources if self.offered is None else self.offered
        return sorted({*named, asked} - {""})


class Filters(NamedTuple):
    """Where they are given: one source, one device, a first and a last local day."""

    source: str = ""
    device: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_asked(self) -> bool:
        """Whether anything is left out that would be shown otherwise."""
        return any(self)

    @property
    def address(self) -> dict[str, str]:
        """The part of the address that asks for the same again."""
        given = {
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
            "source": self.source,
            "device": self.device,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def words(self) -> str:
        """What is shown, as the page says it; '' where nothing is asked for.

        >>> Filters(source="x", since=date(2027, 3, 4)).words
        'from “x”, since 4 March'
        """
        parts = [f"from “{self.source}”"] if self.source else []
        parts += [f"on a {self.device}"] if self.device else []
        parts += [f"since {_day(self.since)}"] if self.since else []
        parts += [f"until {_day(self.until)}"] if self.until else []
        return ", ".join(parts)

    def cut(self, rule: Hypothesis, time_zone: str, *, all_sources: bool = False) -> Cut:
        """Return the part of the counts; without a source those that the rule counts, or all."""
        zone = ZoneInfo(time_zone)
        return Cut(
            sources=(self.source,) if self.source else None if all_sources else rule.sources,
            device=self.device or None,
            since=_midnight(self.since, zone) if self.since else None,
            before=_midnight(self.until + timedelta(days=1), zone) if self.until else None,
        )


def read_filters(given: Mapping[str, str], choices: Choices) -> Filters:
    """Return what an address asks for.

    >>> choices = Choices(["x"], ["phone"], [date(2027, 3, 1), date(2027, 3, 2)])
    >>> read_filters({"source": "x", "device": "fridge"}, choices).words
    'from “x”'
    """
    since, until = (_read_day(given.get(name, ""), choices.days) for name in ("from", "to"))
    if since and until and since > until:
        since = until = None
    source, device = given.get("source", ""), given.get("device", "")
    return Filters(
        source=source if source in choices.sources else "",
        device=device if device in choices.devices else "",
        since=since,
        until=until,
    )


def _read_day(text: str, days: Sequence[date]) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if days and days[0] <= day <= days[-1] else None


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time.min, zone).timestamp())


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
