"""When the weekly mail is due: Monday at eight where the experiment runs. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wbtest.audience.counts import Totals

HOUR = time(8)
WEEK = timedelta(days=7)
# A server that was off on Monday still sends it, but not when half of the week is over.
GRACE = timedelta(days=2)


class Week(NamedTuple):
    """The seven local days before ``monday``; its mail is due at ``due_at``, in UTC."""

    monday: date
    due_at: datetime

    @property
    def first(self) -> date:
        return self.monday - WEEK

    @property
    def last(self) -> date:
        return self.monday - timedelta(days=1)


def newest_week(now: datetime, time_zone: str) -> Week:
    """Return the week whose mail was due last, however the clocks were changed meanwhile.

    >>> newest_week(datetime(2027, 3, 29, 7, 0, tzinfo=UTC), "Europe/London").monday
    datetime.date(2027, 3, 29)
    >>> newest_week(datetime(2027, 3, 29, 6, 59, tzinfo=UTC), "Europe/London").monday
    datetime.date(2027, 3, 22)
    """
    today = now.astimezone(ZoneInfo(time_zone)).date()
    this = _week(today - timedelta(days=today.weekday()), time_zone)
    return this if this.due_at <= now else _week(this.first, time_zone)


def is_due(week: Week, now: datetime, started_at: datetime, ended_at: datetime | None) -> bool:
    """Whether the mail of a test is to be sent: it ran in that week, or ended in it."""
    has_run = started_at < week.due_at
    is_fresh = ended_at is None or ended_at > week.due_at - WEEK
    return has_run and is_fresh and now < week.due_at + GRACE


def in_week(
    week: Week, days: Mapping[date, Sequence[Totals]]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return who saw the page and who signed up: in the week, and in all."""

    def people(first: date, last: date) -> tuple[int, int]:
        rows = [row for day, row in days.items() if first <= day <= last]
        return (
            sum(totals.seen for row in rows for totals in row),
            sum(totals.signups for row in rows for totals in row),
        )

    return people(week.first, week.last), people(date.min, date.max)


def _week(monday: date, time_zone: str) -> Week:
    local = datetime.combine(monday, HOUR, ZoneInfo(time_zone))
    return Week(monday, local.astimezone(UTC))
