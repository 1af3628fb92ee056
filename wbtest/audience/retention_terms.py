"""How long what is known of visitors is kept, as days and in a page's words.

Days are counted from the end of the test; the waiting list after it counts from its opening. They
are days of the experiment's own time zone, and the last of them is kept whole.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wbtest.extensions import runtime
from wbtest.publishing import live_snapshot, page_options, page_strings, sealing
from wbtest.publishing.models import Experiment

# How long an address may stay that nobody confirms.
PENDING_DAYS = 30
# How long copies of the database may still hold what was purged from it.
COPY_DAYS = 14


class RetentionTerms(NamedTuple):
    """What decides how long the rows of an experiment are kept.

    ``over_at`` is when the test ended, ``opened_at`` when its waiting list was opened, None for
    none. Late answers count for ``window_hours``, so nothing goes before these are over.
    """

    over_at: datetime
    days: int
    zone: str
    window_hours: int
    opened_at: datetime | None = None

    @property
    def late_until(self) -> datetime:
        """Until when answers to the test may still come in and count."""
        return self.over_at + timedelta(hours=self.window_hours)

    @property
    def last_day(self) -> date:
        """The last day on which what is known of the test's visitors is kept."""
        return max(self._test_day + timedelta(self.days), _day(self.late_until, self.zone))

    @property
    def days_kept(self) -> int:
        """How many days after the last one of the test that is."""
        return (self.last_day - self._test_day).days

    @property
    def _test_day(self) -> date:
        """The last day of the test; one that is over at midnight ended with the day before."""
        return _day(self.over_at - timedelta(microseconds=1), self.zone)

    @property
    def erased_at(self) -> datetime:
        """When that day is over, in UTC."""
        return _end_of(self.last_day, self.zone)

    @property
    def list_last_day(self) -> date | None:
        """The same for people on the waiting list; None without one."""
        if self.opened_at is None:
            return None
        return max(_day(self.opened_at, self.zone, self.days), self.last_day)

    @property
    def list_erased_at(self) -> datetime | None:
        """When that day is over, in UTC."""
        day = self.list_last_day
        return None if day is None else _end_of(day, self.zone)

    def is_whole(self, now: datetime) -> bool:
        """Whether no waiting list is kept any longer."""
        return self.list_erased_at is None or self.list_erased_at <= now


def how_long(
    live: live_snapshot.LiveExperiment,
    strings: page_strings.PageStrings,
    usual_days: int,
    mail: page_options.FirstMail,
    *,
    is_unconfirmed: bool,
) -> tuple[str, ...]:
    """Return what a page promises about keeping, a sentence or two each.

    ``mail`` is what people who sign up now get. ``is_unconfirmed``: somebody was asked to confirm
    an email and hasn't.
    """
    terms = terms_of_page(live, usual_days)
    told = []
    if live.is_purged:
        told.append(strings.how_long_over)
    elif live.state == "ended":
        told.append(strings.how_long_until.format(date=date_in_words(terms.last_day, strings)))
    else:
        end = date_in_words(live.ends_on, strings)
        told.append(strings.how_long_running.format(days=terms.days_kept, end=end))
    if terms.list_last_day:
        told.append(strings.how_long_list.format(date=date_in_words(terms.list_last_day, strings)))
    if live.list_opened_at or not live.is_purged:
        if mail.asks_to_confirm:
            told.append(strings.how_long_pending.format(days=PENDING_DAYS))
        elif is_unconfirmed:
            told.append(strings.how_long_unasked.format(days=PENDING_DAYS))
    return (*told, strings.how_long_copies.format(days=COPY_DAYS))


def kept_until(
    live: live_snapshot.LiveExperiment, strings: page_strings.PageStrings, usual_days: int
) -> str:
    """Return the last day on which a page keeps addresses, in words; '' once they are erased."""
    return (
        "" if live.is_purged else date_in_words(terms_of_page(live, usual_days).last_day, strings)
    )


def terms_of_page(live: live_snapshot.LiveExperiment, usual_days: int) -> RetentionTerms:
    """Return the terms of a page; ``usual_days`` where it says nothing else."""
    return RetentionTerms(
        live.over_at or live.ends_at,
        live.options.retention_days or usual_days,
        live.time_zone,
        live.window_hours,
        live.list_opened_at,
    )


def date_in_words(day: date, strings: page_strings.PageStrings) -> str:
    """Return the day as the page's language writes it.

    >>> from wbtest.publishing.page_strings import strings_for
    >>> date_in_words(date(2027, 5, 3), strings_for("en")).split()
    ['3', 'May', '2027']
    """
    number = strings.first_day if day.day == 1 else day.day
    month = strings.months.split("|")[day.month - 1]
    return strings.long_date.format(day=number, month=month, year=day.year)


def _day(moment: datetime, zone: str, days: int = 0) -> date:
    return moment.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone)).astimezone(UTC)


def terms_of(experiment: Experiment) -> RetentionTerms:
    """Return the terms of an experiment that has ended; a worker may have noticed the end late."""
    rule = sealing.sealed_rule(experiment)
    ends_at = rule.ends_at(experiment.time_zone)
    usual = runtime().settings.retention_days
    return RetentionTerms(
        over_at=min(experiment.ended_at or ends_at, ends_at),
        days=sealing.sealed_options(experiment).retention_days or usual,
        zone=experiment.time_zone,
        window_hours=rule.conversion_window_hours,
        opened_at=experiment.opened_at,
    )
