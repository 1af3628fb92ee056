"""What was planned of a test, as far as somebody needs it who counts by hand. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Plan:
    """The sealed parts of a test. ``names`` are those of the variants that any phase drew.

    ``starts`` and ``weights`` hold an entry for each phase. ``question`` is '' for none.
    """

    names: Mapping[str, str]
    zone: str
    starts: tuple[datetime, ...]
    weights: tuple[Mapping[str, int], ...]
    conversion: str = "signup"
    window_us: int = 24 * 3_600_000_000
    sources: tuple[str, ...] | None = None
    confirms: bool = True
    question: str = ""
    choices: tuple[str, ...] = ()
    asks_for: str = ""
    readmitted: tuple[str, ...] = ()

    @property
    def keys(self) -> list[str]:
        return list(self.names)

    @property
    def newest(self) -> int:
        return len(self.starts)

    @property
    def act(self) -> str:
        return "signed up" if self.conversion == "signup" else "confirmed in time"

    def counts(self, source: str) -> bool:
        return self.sources is None or source in self.sources

    def phase_at(self, after: int) -> int:
        """The number of the phase that runs so many microseconds after the start."""
        moment = self.starts[0] + timedelta(microseconds=after)
        return max(sum(start <= moment for start in self.starts), 1)

    def drawn_at(self, after: int) -> list[str]:
        """The keys of the variants that newcomers are shown then."""
        return [key for key, weight in self.weights[self.phase_at(after) - 1].items() if weight]

    def phase_of(self, key: str, after: int) -> int:
        """The newest phase so far in which newcomers were shown this variant."""
        numbers = range(self.phase_at(after), 0, -1)
        return next(number for number in numbers if self.weights[number - 1].get(key))

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def days_until(self, moment: datetime) -> list[date]:
        """All days from the first one to that of the moment."""
        first = self.day_of(self.starts[0])
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
