"""What was planned of a test, as far as somebody needs it who counts by hand. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from wbtest.audience.group_counts import VisitorGroup

DID = {
    "signup": "signed up",
    "confirmed": "confirmed in time",
    "price": "said yes to the price",
    "call": "agreed to a call",
    "preorder": "clicked through to the pre-order",
}


@dataclass(frozen=True)
class Plan:
    """The sealed parts of a test. ``names`` are those of the variants by their keys.

    ``question`` is '' for none.
    """

    names: Mapping[str, str]
    zone: str
    start: datetime
    weights: tuple[int, ...]
    conversion: str = "signup"
    window_us: int = 24 * 3_600_000_000
    sources: tuple[str, ...] | None = None
    confirms: bool = True
    question: str = ""
    choices: tuple[str, ...] = ()
    asks_for: tuple[str, ...] = ()
    aside: tuple[VisitorGroup, ...] = ()

    @property
    def keys(self) -> list[str]:
        return list(self.names)

    @property
    def act(self) -> str:
        return DID[self.conversion]

    def counts(self, source: str) -> bool:
        return self.sources is None or source in self.sources

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def days_until(self, moment: datetime) -> list[date]:
        """All days from the first one to that of the moment."""
        first = self.day_of(self.start)
        return [first + timedelta(days=k) for k in range((self.day_of(moment) - first).days + 1)]

    def end_of(self, day: date) -> datetime:
        """The moment, in UTC, at which a local day is over, found by looking at a clock there."""
        low = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - 86_400
        high = low + 4 * 86_400
        while low + 1 < high:
            middle = (low + high) // 2
            is_over = self.day_of(datetime.fromtimestamp(middle, UTC)) > day
            low, high = (low, middle) if is_over else (middle, high)
        return datetime.fromtimestamp(high, UTC)
