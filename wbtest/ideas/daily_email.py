"""The daily email: what is new or late among what waits for a member. A job of the worker.

The page says all that needs somebody, for as long as it does. The mail says each thing once, and
once more when it grows or is late: ``DailyMail.told`` says how far a person was told.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from wbtest.delivery import outbox, worker
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db, runtime
from wbtest.ideas.todo import TodoItem
from wbtest.ideas.todo_list import waits_for, waits_in
from wbtest.publishing.experiments import newest_zone
from wbtest.store import insert, writing
from wbtest.team import access, mail_preferences
from wbtest.team.models import DailyMail, Membership, Person

EVERY = timedelta(minutes=10)
NOT_BEFORE = time(8)


class Morning(NamedTuple):
    """Somebody who hasn't been looked after on ``today``, their own day."""

    member: Membership
    today: date


def send_daily_mails(now: datetime) -> None:
    """Mail each member what is new for them, in the morning where they are.

    Without a mail server nothing is told, and nothing counts as told.
    """
    settings = runtime().settings
    if not settings.mail_url:
        return
    mornings = list(_mornings(now))
    if not mornings:
        return
    # Read once for all of them.
    waits = waits_in()
    worker.for_each(
        mornings,
        lambda morning: _send_to(morning, waits, now),
        lambda morning: f"the mail of the day to person {morning.member.person_id}",
    )


def may_leave(mail: OutboxMail) -> bool:
    """Whether a mail may still be sent: one of the day only while its reader may know all of it.

    Otherwise nothing counts as told, and the next look tells what is left of it. In the transaction
    that claims the mail.
    """
    if not mail_preferences.is_daily_mail(mail.leave_url):
        return True
    person = mail_preferences.read_daily_stop(
        mail.leave_url.partition(mail_preferences.DAILY_STOP)[2]
    )
    row = db.session.get(DailyMail, person.id) if person else None
    if row is None:
        return False
    role = db.session.scalar(select(Membership.role).where(Membership.person_id == row.person_id))
    is_known = role is not None and access.ROLES.index(role) >= access.ROLES.index(
        row.told.get("role", role)
    )
    if row.is_wanted and is_known:
        return True
    row.told, row.looked_on = {}, None
    return False


def _mornings(now: datetime) -> Iterator[Morning]:
    """Yield everybody for whom it is eight o'clock or later, on a day without a look so far."""
    rows = db.session.execute(
        select(Membership, DailyMail)
        .outerjoin(DailyMail, DailyMail.person_id == Membership.person_id)
        .order_by(Membership.person_id)
        .options(joinedload(Membership.person))
    ).all()
    usual_zone = newest_zone()
    for member, chosen in rows:
        local = now.astimezone(_known((chosen.time_zone if chosen else "") or usual_zone))
        is_over = chosen is not None and (not chosen.is_wanted or chosen.looked_on == local.date())
        if local.time() >= NOT_BEFORE and not is_over:
            yield Morning(member, local.date())


def _known(zone: str) -> ZoneInfo:
    """The zone, or UTC for one that tzdata gave up: it must not keep everybody from their mail."""
    try:
        return ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def _send_to(morning: Morning, waits: list[TodoItem], now: datetime) -> None:
    person, mine = morning.member.person, waits_for(morning.member, waits)
    with writing() as session:
        # Held before the row of the person, as ``may_leave`` does.
        unsent = session.scalars(
            select(OutboxMail.id)
            .where(
                OutboxMail.leave_url == mail_preferences.daily_stop_url(person),
                OutboxMail.state.in_(("waiting", "failed")),
            )
            .with_for_update()
        ).all()
        row = _claim(person, morning.today)
        if row is None:
            return
        # This mail takes the place of one that could not leave, and tells all of that again.
        session.execute(delete(OutboxMail).where(OutboxMail.id.in_(unsent)))
        if news := _news(mine, {} if unsent else row.told, now):
            _send(morning.member, news, now)
        row.told = {
            "role": morning.member.role,
            "things": {wait.thing: wait.news_at(now).isoformat() for wait in mine},
        }


def _claim(person: Person, today: date) -> DailyMail | None:
    """Make the look of this day ours, of two workers it is one's; None if it isn't, or unwanted."""
    values = {"person_id": person.id, "is_wanted": True, "time_zone": "", "looked_on": today}
    claimed = insert(db.engine.dialect.name, DailyMail).values({**values, "told": {}})
    claimed = claimed.on_conflict_do_update(
        index_elements=[DailyMail.person_id],
        set_={"looked_on": today},
        where=DailyMail.is_wanted & DailyMail.looked_on.is_distinct_from(today),
    ).returning(DailyMail.person_id)
    if db.session.execute(claimed).first() is None:
        return None
    return db.session.get_one(DailyMail, person.id, populate_existing=True)


def _news(mine: list[TodoItem], told: dict[str, Any], now: datetime) -> list[TodoItem]:
    """Return what is new since what was told."""
    known = told.get("things", {})

    def told_at(wait: TodoItem) -> datetime | None:
        return datetime.fromisoformat(known[wait.thing]) if wait.thing in known else None

    return [wait for wait in mine if wait.is_news(told_at(wait), now)]


def _send(member: Membership, news: list[TodoItem], now: datetime) -> None:
    base_url = runtime().settings.base_url
    stop_url = mail_preferences.daily_stop_url(member.person)
    letter = letter_of(news, now, base_url, stop_url)
    outbox.queue_mail(
        recipient=member.person.email,
        subject=letter.subject,
        body=letter.body,
        leave_url=stop_url,
    )


# What is more than that is read on the page.
MOST_LINES = 20


def letter_of(
    news: Sequence[TodoItem], now: datetime, base_url: str, stop_url: str
) -> outbox.Letter:
    """Return the mail about ``news``."""
    parts = [_line(wait, now, base_url) for wait in news[:MOST_LINES]]
    if len(news) > MOST_LINES:
        parts.append(f"And {len(news) - MOST_LINES} more.")
    count = "One thing needs" if len(news) == 1 else f"{len(news)} things need"
    return outbox.Letter(
        f"{count} you: {news[0].what}",
        "\n\n".join(
            (
                *parts,
                f"Everything waiting for you:\n{base_url}/ideas",
                "You get this each morning when something is new or late. "
                f"Unsubscribe:\n{stop_url}\n",
            )
        ),
    )


def _line(wait: TodoItem, now: datetime, base_url: str) -> str:
    about = " · ".join(filter(None, (wait.by, wait.how_long(now))))
    return f"{wait.what}\n  {about}\n  {base_url}{wait.path}"
