"""Who waits for whom, since when, and what is to be done about it. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

# What the first word of ``Wait.thing`` may be. What keeps people from going on comes first, then
# what keeps a test from it, then what nobody stands still for.
KINDS = (
    ("approve", "second", "correct", "read", "answer", "draft"),
    ("start", "decide", "end", "doubt", "check", "close", "mails", "events"),
    ("unknown", "asked"),
)
# What has no day of its own is late when it has waited as long.
LATE_AFTER = timedelta(days=7)


class Who(NamedTuple):
    """Somebody, as the team reads it; without ``person_id`` somebody who has no log-in."""

    name: str
    person_id: int | None = None


class Wait(NamedTuple):
    """``by`` waits for ``who`` to do ``what`` at ``path``; others read of it at ``about``.

    ``thing`` names it for ever: one of ``KINDS`` and numbers. ``mailed_at`` is when a mail of its
    own told of it. A line about several things waits ``since`` the oldest; ``newest_at`` is when
    the last one was added. ``due`` is the last day that was promised.
    """

    who: Who
    thing: str
    what: str
    by: str
    since: datetime
    path: str
    about: str
    mailed_at: datetime | None = None
    newest_at: datetime | None = None
    due: date | None = None

    @property
    def kind(self) -> str:
        """The first word of ``thing``."""
        return self.thing.partition(" ")[0]

    @property
    def late_at(self) -> datetime:
        """From when on it is late: after its day, in UTC, or when it has waited a week."""
        if self.due is None:
            return self.since + LATE_AFTER
        return datetime.combine(self.due + timedelta(days=1), time.min, UTC)

    def news_at(self, now: datetime) -> datetime:
        """When there was last something to tell of it: it came, grew, or is late."""
        newest = self.newest_at or self.since
        return max(newest, self.late_at) if self.late_at <= now else newest

    def is_news(self, told_at: datetime | None, now: datetime) -> bool:
        """Whether it is to be told to somebody who was told what was there at ``told_at``."""
        known = [at for at in (told_at, self.mailed_at) if at is not None]
        return not known or self.news_at(now) > max(known)

    def how_long(self, now: datetime) -> str:
        """How it stands with its day, or since when somebody waits, in days of UTC."""
        if self.due is not None:
            return _until(self.due, now.date())
        days = (now.date() - self.since.date()).days
        since = f"for {days} days" if days > 1 else ("since today", "since yesterday")[max(days, 0)]
        return f"waiting {since}"


def in_order(waits: Iterable[Wait]) -> list[Wait]:
    """Return them as somebody does them: what blocks others first, then what waits longest."""
    place = {kind: number for number, kinds in enumerate(KINDS) for kind in kinds}
    return sorted(waits, key=lambda wait: (place[wait.kind], wait.since))


def _until(due: date, today: date) -> str:
    """Say how far a day is away.

    >>> _until(date(2027, 3, 5), date(2027, 3, 3)), _until(date(2027, 3, 5), date(2027, 3, 6))
    ('due in 2 days', '1 day late')
    """
    days = (due - today).days
    if days < 0:
        return "1 day late" if days == -1 else f"{-days} days late"
    return f"due in {days} days" if days > 1 else ("due today", "due tomorrow")[days]
