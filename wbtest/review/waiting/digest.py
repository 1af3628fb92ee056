"""The mail of the day: what waits for a member, once a day at most. A job of the worker."""

from collections import defaultdict
from datetime import datetime, time

from flask import current_app
from sqlalchemy import select

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.review.asking import letters
from wbtest.review.models import DigestSent
from wbtest.review.waiting.facts import waits_in
from wbtest.review.waiting.waits import Wait
from wbtest.store import insert, writing
from wbtest.team.models import Membership, Person, Workspace

# UTC: morning where most of a team sits, and nobody's night is worse for it.
NOT_BEFORE = time(7)


def send_digests(now: datetime) -> None:
    """Mail each member for whom something waits, who got no such mail today (in UTC)."""
    if now.time() < NOT_BEFORE:
        return
    for person_id, waits in _waits_by_person(now).items():
        _send(person_id, sorted(waits, key=lambda wait: wait.since), now)


def _waits_by_person(now: datetime) -> dict[int, list[Wait]]:
    """What waits for each member, but for what a mail of today has told them."""
    found = defaultdict(list)
    for workspace in db.session.scalars(select(Workspace).order_by(Workspace.id)).all():
        for wait in waits_in(workspace):
            is_told = wait.mailed_at is not None and wait.mailed_at.date() == now.date()
            if wait.who.person_id is not None and not is_told:
                found[wait.who.person_id].append(wait)
    return found


def _send(person_id: int, waits: list[Wait], now: datetime) -> None:
    base_url = current_app.extensions["wbtest.settings"].base_url
    lines = [(wait.what, f"{wait.by} · waiting {wait.how_long(now)}") for wait in waits]
    letter = letters.digest(lines, f"{base_url}/waiting")
    with writing() as session:
        if _claim(person_id, now):
            person = session.get_one(Person, person_id)
            queue_mail(
                recipient=person.email,
                subject=letter.subject,
                body=letter.body,
                workspace_id=session.scalar(
                    select(Membership.workspace_id)
                    .where(Membership.person_id == person_id)
                    .order_by(Membership.created_at, Membership.workspace_id)
                    .limit(1)
                ),
            )


def _claim(person_id: int, now: datetime) -> bool:
    """Whether this person's mail of the day is ours to send; of two workers it is one's."""
    today = now.date()
    claim = insert(db.engine.dialect.name, DigestSent).values(person_id=person_id, sent_on=today)
    claim = claim.on_conflict_do_update(
        index_elements=[DigestSent.person_id],
        set_={"sent_on": today},
        where=DigestSent.sent_on != today,
    ).returning(DigestSent.person_id)
    return db.session.execute(claim).first() is not None
