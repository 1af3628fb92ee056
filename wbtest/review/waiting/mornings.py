"""Whose morning it is: who wants the mail of the day, and was not looked after today."""

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.store import insert
from wbtest.team.account import daily
from wbtest.team.account.models import DailyMail
from wbtest.team.models import Membership, Person

NOT_BEFORE = time(8)


class Morning(NamedTuple):
    """Somebody to be told of what is new, where they are; ``today`` is their own day."""

    person: Person
    memberships: list[Membership]
    today: date


def mornings(now: datetime) -> Iterator[Morning]:
    """Return everybody for whom it is eight o'clock or later, on a day without a look so far."""
    rows = db.session.execute(
        select(Membership, DailyMail)
        .outerjoin(DailyMail, DailyMail.person_id == Membership.person_id)
        .order_by(Membership.person_id)
        .options(joinedload(Membership.person), joinedload(Membership.workspace))
    ).all()
    usual_zone = cache(daily.usual_zone)
    for _, some in groupby(rows, lambda row: row[0].person_id):
        found = list(some)
        mine = sorted((membership for membership, _ in found), key=daily.by_joining)
        chosen = found[0][1]
        zone = (chosen.time_zone if chosen else "") or usual_zone(mine[0].workspace_id)
        local = now.astimezone(_known(zone))
        is_over = chosen is not None and (not chosen.is_wanted or chosen.looked_on == local.date())
        if local.time() >= NOT_BEFORE and not is_over:
            yield Morning(mine[0].person, mine, local.date())


def _known(zone: str) -> ZoneInfo:
    """The zone, or UTC for one that tzdata gave up: it must not keep everybody from their mail."""
    try:
        return ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def claim(person_id: int, today: date) -> bool:
    """Whether the look of this day is ours, in the open transaction; of two workers it is one's.

    Not where the person wants no such mail any more.
    """
    row = {"person_id": person_id, "is_wanted": True, "time_zone": "", "looked_on": today}
    claimed = insert(db.engine.dialect.name, DailyMail).values(row)
    claimed = claimed.on_conflict_do_update(
        index_elements=[DailyMail.person_id],
        set_={"looked_on": today},
        where=DailyMail.is_wanted & DailyMail.looked_on.is_distinct_from(today),
    ).returning(DailyMail.person_id)
    return db.session.execute(claimed).first() is not None
