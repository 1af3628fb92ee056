"""The mail of the day: what is new or late among what needs a member. A job of the worker.

The page says all that needs somebody, for as long as it does. The mail says each thing once, and
once more when it is late: how far a person was told stands in ``NeedTold``, in the transaction that
queues the mail, for as long as the page says it.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import delete, select, update

from wbtest.config import Settings
from wbtest.delivery.each import for_each
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.review.models import NeedTold
from wbtest.review.waiting.facts import waits_for, waits_in
from wbtest.review.waiting.letter import letter_of
from wbtest.review.waiting.mornings import Morning, claim, mornings
from wbtest.review.waiting.told import forget, forget_former, is_over, lines_of
from wbtest.review.waiting.waits import Wait
from wbtest.store import writing
from wbtest.team.access import ROLES
from wbtest.team.account import daily
from wbtest.team.account.models import DailyMail
from wbtest.team.models import Membership, Person

EVERY = timedelta(minutes=10)


def send_daily_mails(now: datetime) -> None:
    """Mail each member what is new for them, in the morning where they are.

    Without a mail server nothing is told, and nothing counts as told.
    """
    settings: Settings = current_app.extensions["wbtest.settings"]
    if not settings.mail_url:
        return
    forget_former()
    # Read once for all members of a workspace.
    waits: dict[int, list[Wait]] = {}
    for_each(
        list(mornings(now)),
        lambda morning: _tell(morning, waits, now),
        lambda morning: f"the mail of the day to person {morning.person.id}",
    )


class News(NamedTuple):
    """What is new for somebody in a workspace, and what they were there when it was read."""

    workspace_id: int
    name: str
    role: str
    waits: list[Wait]


def _tell(morning: Morning, waits: dict[int, list[Wait]], now: datetime) -> None:
    person_id = morning.person.id
    lines, news, here = lines_of(person_id), [], set()
    # Where several mails told of a thing, the last one told most.
    told = {(line.workspace_id, line.thing): line.told_at for line in lines}
    for membership in morning.memberships:
        workspace_id, role = membership.workspace_id, membership.role
        if workspace_id not in waits:
            waits[workspace_id] = waits_in(membership.workspace)
        mine = waits_for(membership, waits[workspace_id])
        here |= {(workspace_id, wait.thing) for wait in mine}
        if new := [w for w in mine if w.is_news(told.get((workspace_id, w.thing)), now)]:
            news.append(News(workspace_id, membership.workspace.name, role, new))
    with writing():
        if not claim(person_id, morning.today):
            return
        forget(person_id, [each for each in lines if is_over(each, told, here)])
        if news:
            _send(morning.person, news, now)


def _send(person: Person, news: list[News], now: datetime) -> None:
    base_url = current_app.extensions["wbtest.settings"].base_url
    stop_url = daily.stop_url(person)
    letter = letter_of([(each.name, each.waits) for each in news], now, base_url, stop_url)
    mail = queue_mail(
        recipient=person.email,
        subject=letter.subject,
        body=letter.body,
        leave_url=stop_url,
        # Owners read the subjects of their workspace's mail, and nothing of another one.
        workspace_id=news[0].workspace_id if len(news) == 1 else None,
    )
    db.session.add_all(
        NeedTold(
            workspace_id=each.workspace_id,
            person_id=person.id,
            thing=wait.thing,
            told_at=wait.news_at(now),
            role=each.role,
            message_id=mail.message_id,
        )
        for each in news
        for wait in each.waits
    )


def may_leave(mail: OutboxMail) -> bool:
    """Whether a mail may still be sent: one of the day only while its reader may know all of it.

    Else what it would have told counts as untold, and the next look tells what is left of it. In
    the transaction that claims the mail.
    """
    if not daily.is_daily(mail.leave_url):
        return True
    of_mail = NeedTold.message_id == mail.message_id
    rows = db.session.execute(
        select(NeedTold.person_id, NeedTold.role, Membership.role.label("role_now"))
        .outerjoin(
            Membership,
            (Membership.person_id == NeedTold.person_id)
            & (Membership.workspace_id == NeedTold.workspace_id),
        )
        .where(of_mail)
        .distinct()
    ).all()
    # Without a line a workspace was deleted of which it told.
    people = {row.person_id for row in rows}
    is_wanted = not db.session.scalar(
        select(DailyMail.person_id).where(DailyMail.person_id.in_(people), ~DailyMail.is_wanted)
    )
    if rows and is_wanted and all(_still_may(row.role, row.role_now) for row in rows):
        return True
    # In the order in which a look takes the two, or they could wait for each other.
    db.session.execute(
        update(DailyMail).where(DailyMail.person_id.in_(people)).values(looked_on=None)
    )
    db.session.execute(delete(NeedTold).where(of_mail))
    return False


def _still_may(role: str, role_now: str | None) -> bool:
    return role_now is not None and ROLES.index(role_now) >= ROLES.index(role)
