"""Being erased and no longer being counted.

Somebody is erased when they leave by the link in our mail, when the team does it for them, or when
nobody ever confirmed the address.

Of a visitor who objects to being counted, visits go and nothing more is recorded. Visits wait in
the memory of the process that answered them: our own stores its queue first, another one a moment
after the objection. So the visitor's number is kept for a minute or two, and the worker forgets
once more.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from wbtest.audience import live_pages, signup_mail, visitors
from wbtest.audience.email_addresses import NotAnEmail, keys_of, read_email
from wbtest.audience.models import IS_UNCONFIRMED, Objection, Signup
from wbtest.audience.recording import counting_rules, ledger, rollup
from wbtest.audience.recording.recorder import Recorder, StoreFailed
from wbtest.delivery import webhooks, worker
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import clock, db
from wbtest.publishing.lifecycle import address_of
from wbtest.publishing.models import Experiment, name_of_test
from wbtest.store import Invalid, writing
from wbtest.team.audit import VISITOR, record
from wbtest.team.models import Person

# An address that nobody confirmed is not kept for longer.
UNCONFIRMED = timedelta(days=30)
# So long after our mail left its link confirms.
LINK_WORKS = timedelta(days=7)
MOST_AT_ONCE = 100
# Longer than any queue holds what it was given.
AGAIN_AFTER = timedelta(minutes=1)
# The line before a list of visitors' addresses in an email to owners.
ADDRESSES_FOLLOW = "Their email addresses:"


def leave(token: str) -> bool:
    """Erase who is behind this token from every test of the idea; False when it leads nowhere.

    Name, address, consent and answers go, with our mails and what webhooks hold of them.
    """
    token_hash = signup_mail.hash_of(token)
    with writing() as session:
        # Otherwise the row could change between our look at it and its erasure.
        ledger.lock_event_writes(session.connection())
        row = session.scalars(
            sa.select(Signup).where(signup_mail.leads_to(token_hash))
        ).one_or_none()
        if row is None:
            return False
        experiment = session.get_one(Experiment, row.experiment_id)
        _erase_everywhere(experiment, keys_of(row.email_key))
        record("signup.erased", name_of_test(experiment), who=VISITOR)
    return True


def erase_for(experiment: Experiment, person: Person, text: str) -> None:
    """Erase the person with this address, who asked a member of the team for it, as ``leave`` does.

    Raises Invalid where nobody has the address.
    """
    try:
        _, email_key = read_email(text)
    except NotAnEmail as error:
        raise Invalid("email", "That email looks incomplete. Check it and try again.") from error
    with writing() as session:
        ledger.lock_event_writes(session.connection())
        if not _erase_everywhere(experiment, keys_of(email_key)):
            raise Invalid("email", "Nobody signed up with this email.")
        record("signup.erased_for", name_of_test(experiment), by=person)


def _erase_everywhere(experiment: Experiment, keys: tuple[str, str]) -> bool:
    """Erase an address from all tests of the idea, inside ``writing``; False for nobody's.

    ``keys`` are those of a test and of its waiting list.
    """
    session, now = db.session, clock.now()
    tests = sa.select(Experiment.id).where(Experiment.release_id == experiment.release_id)
    erased = [
        row
        for test in session.scalars(tests).all()
        for row in rollup.erase_keys(session, test, keys, now)
    ]
    hashes = {each.token_hash for each in erased}
    forget_mail({each.email for each in erased}, hashes)
    return bool(erased)


def forget_mail(emails: Collection[str], token_hashes: Collection[str] = ()) -> None:
    """Delete what mail and webhooks hold of these addresses; inside ``writing``."""
    forget_letters(emails, token_hashes)
    connection = db.session.connection()
    for email in emails:
        webhooks.forget_events(connection, email)


def forget_letters(emails: Collection[str], token_hashes: Collection[str]) -> None:
    """Delete the mails to these addresses, and what mails to the team say of them.

    Inside ``writing``.

    Mail that waits stays, unless its way out leads to one of the hashes: another page of the team
    may owe this person something.
    """
    waiting = db.session.execute(
        sa.select(OutboxMail.id, OutboxMail.leave_url).where(
            OutboxMail.recipient.in_(emails),
            OutboxMail.state == "waiting",
            OutboxMail.leave_url != "",
        )
    )
    these = [
        row.id
        for row in waiting
        if signup_mail.hash_of(row.leave_url.rpartition("/")[2]) in token_hashes
    ]
    is_over = OutboxMail.state != "waiting"
    db.session.execute(
        sa.delete(OutboxMail).where(
            OutboxMail.recipient.in_(emails),
            sa.or_(is_over, OutboxMail.id.in_(these)),
        )
    )
    _forget_in_lists(emails)


def _forget_in_lists(emails: Collection[str]) -> None:
    """Take these addresses out of the lists in emails to owners that weren't sent."""
    lists = sa.select(OutboxMail).where(OutboxMail.body.contains(ADDRESSES_FOLLOW, autoescape=True))
    for mail in db.session.scalars(lists.with_for_update()):
        lines = mail.body.split("\n")
        mail.body = "\n".join(line for line in lines if line not in emails)


def erase_unconfirmed(now: datetime) -> None:
    """Erase addresses that nobody confirmed for 30 days; a job of the worker. No figure changes.

    Only those that our mail asked to confirm, whatever server is set by now, and not while that
    mail may still be sent or its link works.
    """
    may_leave = OutboxMail.state.in_(("waiting", "failed"))
    is_open = sa.or_(may_leave, OutboxMail.sent_at > now - LINK_WORKS)
    still_confirmable = sa.select(OutboxMail.recipient).where(is_open)
    is_due = sa.and_(
        IS_UNCONFIRMED,
        Signup.at_us < counting_rules.microseconds_of(now - UNCONFIRMED),
        Signup.email.not_in(still_confirmable),
    )
    # Most of the time there is nobody: that is seen without keeping anybody from writing.
    with_due = sa.exists().where(Signup.experiment_id == Experiment.id, is_due)
    due = db.session.scalars(sa.select(Experiment).where(with_due)).all()
    worker.for_each(due, lambda experiment: _erase_all(experiment, is_due, now), address_of)


def _erase_all(experiment: Experiment, is_due: sa.ColumnElement[bool], now: datetime) -> None:
    while _erase_some(experiment, is_due, now):
        pass


def _erase_some(experiment: Experiment, is_due: sa.ColumnElement[bool], now: datetime) -> bool:
    """Erase the first of an experiment's sign-ups that are due; False when none is left."""
    with writing() as session:
        # Nobody confirms between our look and the erasure.
        ledger.lock_event_writes(session.connection())
        rows = session.execute(
            sa.select(Signup.token_hash, Signup.email)
            .where(Signup.experiment_id == experiment.id, is_due)
            .limit(MOST_AT_ONCE)
        ).all()
        for token_hash, _ in rows:
            rollup.erase(session, token_hash, now)
        if rows:
            forget_mail({email for _, email in rows})
    return len(rows) == MOST_AT_ONCE


def object_to_counting(
    recorder: Recorder, page: live_pages.LivePage, visitor: visitors.Visitor | None
) -> None:
    """Forget the visits of this visitor. An address that was left stays, but counts no more.

    Raises StoreFailed when the store does not answer.
    """
    if visitor is None:
        return
    try:
        recorder.flush()
    except TimeoutError as error:
        raise StoreFailed from error
    with writing() as session:
        rollup.forget(session, page.live.id, visitor.visitor)
        session.merge(
            Objection(experiment_id=page.live.id, visitor=visitor.visitor, at=clock.now())
        )


def forget_again(now: datetime) -> None:
    """Forget what came after the objections of a minute ago, and then their visitors' numbers."""
    due = db.select(Objection).where(Objection.at <= now - AGAIN_AFTER)
    objections = db.session.scalars(due).all()
    worker.for_each(objections, _forget, lambda objection: f"experiment {objection.experiment_id}")


def _forget(objection: Objection) -> None:
    with writing() as session:
        rollup.forget(session, objection.experiment_id, objection.visitor)
        session.delete(objection)
