"""Closing the loop: the one mail with the decision, to everybody who may hear of it.

The text is stored at once, in the verb. The worker queues the mails in groups: ``told_us`` is set
in the transaction that queues a mail, so whatever breaks in between, nobody gets two and nobody is
left out. Who confirms only afterwards is written to as well.
"""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.audience.leaving.letters import last_letter
from wbtest.audience.leaving.links import link_token
from wbtest.audience.recording.ledger import SIGNUPS, lock_event_writes
from wbtest.audience.recording.rollup_cells import SUSPECTED
from wbtest.audience.waiting import WAITING
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.outbox import mail_domain, mail_row
from wbtest.delivery.worker import for_each
from wbtest.extensions import clock, db
from wbtest.publishing.lifecycle import AlreadyDone, address_of, take_step
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.models import Person
from wbtest.writing.text_rules import find_fault, with_plain_breaks

LONGEST_TEXT = 4_000
SHORTEST_TEXT = 20
PEOPLE_AT_ONCE = 500
MICROSECONDS = 1_000_000
# They did not ask us for an answer, or get one of their own.
NOT_TOLD = (SUSPECTED, "team", WAITING)


class Hearers(NamedTuple):
    """How many have their mail, and how many still get one.

    ``unconfirmed`` and ``left_out`` are not written to: because they never confirmed, and because
    of where their address came from.
    """

    told: int
    to_tell: int
    unconfirmed: int
    left_out: int

    @property
    def everybody(self) -> int:
        """All who have their mail or get one."""
        return self.told + self.to_tell


def close_the_loop(experiment: Experiment, person: Person, text: str) -> Experiment:
    """Store what everybody is told; the worker writes to them. It can be done once.

    Raises Invalid for a text that says nothing, AlreadyDone for the second time, Refused while the
    test is not over or once it is purged.
    """
    text = with_plain_breaks(text).strip()
    if len(text) < SHORTEST_TEXT:
        raise Invalid("text", "Write what you decided, in a sentence or more.")
    if fault := find_fault(text, LONGEST_TEXT):
        raise Invalid("text", fault)
    with writing():
        # The second of two clicks waits here for the first one.
        hold(experiment)
        if experiment.state != "ended":
            raise Refused("This test isn’t over yet. End it first.")
        if experiment.purged_at is not None:
            raise Refused("The emails are deleted, so nobody can be told.")
        if experiment.last_letter_at is not None:
            raise AlreadyDone(
                "The sign-ups of this test were already told. You can only do that once."
            )
        experiment.last_letter, experiment.last_letter_at = text, clock.now()
        take_step(experiment, "told", person)
    return experiment


def count_hearers(experiment: Experiment) -> Hearers:
    """Return how many are told, and how many are not and why."""
    is_told = SIGNUPS.c.told_us.is_not(None)
    is_here = sa.and_(SIGNUPS.c.left_at.is_(None), sa.not_(is_told))
    is_asked = _is_asked()
    hears = _hears()
    columns = [
        sa.func.count().filter(condition)
        for condition in (
            is_told,
            hears,
            sa.and_(is_here, is_asked, sa.not_(hears)),
            sa.and_(is_here, sa.not_(is_asked)),
        )
    ]
    query = sa.select(*columns).where(SIGNUPS.c.experiment_id == experiment.id)
    return Hearers._make(db.session.execute(query).one())


def write_letters(now: datetime) -> None:
    """Queue the mails that are due, in groups; a job of the worker."""
    is_due = sa.and_(Experiment.last_letter_at.is_not(None), Experiment.purged_at.is_(None))
    due = db.session.scalars(sa.select(Experiment).where(is_due)).all()
    for_each(due, lambda experiment: _write_all(experiment, now), address_of)


def _write_all(experiment: Experiment, now: datetime) -> None:
    while _write_some(experiment, now, mail_domain()):
        pass


def _write_some(experiment: Experiment, now: datetime, domain: str) -> bool:
    """Queue the mails of one group, in one transaction; False when nobody was left."""
    with writing() as session:
        connection = session.connection()
        # Nobody leaves, confirms or is told by another worker meanwhile.
        lock_event_writes(connection)
        people = connection.execute(
            sa.select(SIGNUPS.c.email_key, SIGNUPS.c.email, SIGNUPS.c.token_hash)
            .where(SIGNUPS.c.experiment_id == experiment.id, _hears())
            .order_by(SIGNUPS.c.email_key)
            .limit(PEOPLE_AT_ONCE)
        ).all()
        if not people:
            return False
        write = last_letter(experiment)
        letters = [(person.email, write(link_token(person.token_hash))) for person in people]
        mails = [
            mail_row(
                email,
                letter.subject,
                letter.body,
                letter.leave_url,
                now,
                domain,
                letter.html,
            )
            for email, letter in letters
        ]
        connection.execute(sa.insert(OutboxMail), mails)
        is_one = SIGNUPS.c.email_key.in_([person.email_key for person in people])
        connection.execute(
            sa.update(SIGNUPS)
            .where(SIGNUPS.c.experiment_id == experiment.id, is_one)
            .values(told_us=int(now.timestamp() * MICROSECONDS))
        )
    return len(people) == PEOPLE_AT_ONCE


def _is_asked() -> sa.ColumnElement[bool]:
    """Whether a sign-up is of somebody who is to hear."""
    return SIGNUPS.c.excluded_because.not_in(NOT_TOLD)


def _hears() -> sa.ColumnElement[bool]:
    """Whether a sign-up may hear, and has not heard yet."""
    return sa.and_(
        SIGNUPS.c.left_at.is_(None),
        SIGNUPS.c.told_us.is_(None),
        _is_asked(),
        # Without it there is no way out, and no mail goes out without one.
        SIGNUPS.c.token_hash != "",
        sa.or_(SIGNUPS.c.confirmed_us.is_not(None), sa.not_(SIGNUPS.c.is_asked_to_confirm)),
    )
