"""The one mail with the decision, to everybody who may hear of it.

The text is stored at once, in the verb. The worker queues the mails in groups: ``told_us`` is set
in the transaction that queues a mail, so whatever breaks in between, nobody gets two and nobody is
left out. Who confirms only afterwards is written to as well. The mail holds the team's words, why
it comes, and until when the address is kept.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.audience.models import SIGNUPS
from wbtest.audience.recording import counting_rules, ledger
from wbtest.audience.retention_terms import date_in_words, terms_of
from wbtest.audience.signup_mail import MailParagraph, MailText, as_text, link_token
from wbtest.delivery import models, outbox, worker
from wbtest.extensions import clock, db, runtime
from wbtest.publishing import corrections, lifecycle, page_strings
from wbtest.publishing.models import Experiment
from wbtest.publishing.own_hosts import page_url, site_address
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.access import get_team
from wbtest.team.models import Person
from wbtest.writing.text_rules import find_fault, with_plain_breaks

LONGEST_TEXT = 4_000
SHORTEST_TEXT = 20
PEOPLE_AT_ONCE = 500
# They did not ask us for an answer, or get one of their own.
NOT_TOLD = (counting_rules.SUSPECTED, "team", counting_rules.WAITING)
DECISIONS = ("go", "iterate", "stop")


class Recipients(NamedTuple):
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


def tell_outcome(experiment: Experiment, person: Person, text: str) -> Experiment:
    """Store what everybody is told; the worker writes to them. It can be done once.

    Raises Invalid for a text that says nothing, AlreadyDone for the second time, Refused while the
    test is not over or once it is purged.
    """
    text = with_plain_breaks(text).strip()
    if len(text) < SHORTEST_TEXT:
        raise Invalid("text", "Say what you decided, in a sentence or more.")
    if fault := find_fault(text, LONGEST_TEXT):
        raise Invalid("text", fault)
    with writing():
        # The second of two clicks waits here for the first one.
        hold(experiment)
        if experiment.state != "ended":
            raise Refused("This test isn’t over yet. End it first.")
        if experiment.purged_at is not None:
            raise Refused("The emails are deleted, so you can’t tell anyone.")
        if experiment.last_letter_at is not None:
            raise lifecycle.AlreadyDone(
                "This test’s sign-ups have already been told. You can only do that once."
            )
        experiment.last_letter, experiment.last_letter_at = text, clock.now()
        lifecycle.take_step(experiment, "told", person)
    return experiment


def count_recipients(experiment: Experiment) -> Recipients:
    """Return how many are told, and how many are not and why."""
    is_told = SIGNUPS.c.told_us.is_not(None)
    is_here = sa.and_(SIGNUPS.c.left_at.is_(None), sa.not_(is_told))
    is_asked = _is_recipient()
    hears = _is_to_tell()
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
    return Recipients._make(db.session.execute(query).one())


def queue_outcome_mails(now: datetime) -> None:
    """Queue the mails that are due, in groups; a job of the worker."""
    is_due = sa.and_(Experiment.last_letter_at.is_not(None), Experiment.purged_at.is_(None))
    due = db.session.scalars(sa.select(Experiment).where(is_due)).all()
    worker.for_each(due, lambda experiment: _queue_all(experiment, now), lifecycle.address_of)


def _queue_all(experiment: Experiment, now: datetime) -> None:
    while _queue_group(experiment, now, outbox.mail_domain()):
        pass


def _queue_group(experiment: Experiment, now: datetime, domain: str) -> bool:
    """Queue the mails of one group, in one transaction; False when nobody was left."""
    with writing() as session:
        connection = session.connection()
        # Nobody leaves, confirms or is told by another worker meanwhile.
        ledger.lock_event_writes(connection)
        people = connection.execute(
            sa.select(SIGNUPS.c.email_key, SIGNUPS.c.email, SIGNUPS.c.token_hash)
            .where(SIGNUPS.c.experiment_id == experiment.id, _is_to_tell())
            .order_by(SIGNUPS.c.email_key)
            .limit(PEOPLE_AT_ONCE)
        ).all()
        if not people:
            return False
        write = outcome_mail_writer(experiment)
        letters = [(person.email, write(link_token(person.token_hash))) for person in people]
        mails = [
            outbox.mail_row(
                email,
                letter.subject,
                letter.body,
                letter.leave_url,
                now,
                domain,
                experiment.id,
            )
            for email, letter in letters
        ]
        connection.execute(sa.insert(models.OutboxMail), mails)
        is_one = SIGNUPS.c.email_key.in_([person.email_key for person in people])
        connection.execute(
            sa.update(SIGNUPS)
            .where(SIGNUPS.c.experiment_id == experiment.id, is_one)
            .values(told_us=counting_rules.microseconds_of(now))
        )
    return len(people) == PEOPLE_AT_ONCE


def _is_recipient() -> sa.ColumnElement[bool]:
    """Whether a sign-up is of somebody who is to hear."""
    return SIGNUPS.c.excluded_because.not_in(NOT_TOLD)


def _is_to_tell() -> sa.ColumnElement[bool]:
    """Whether a sign-up may hear, and has not heard yet."""
    return sa.and_(
        SIGNUPS.c.left_at.is_(None),
        SIGNUPS.c.told_us.is_(None),
        _is_recipient(),
        # Without it there is no way out, and no mail goes out without one.
        SIGNUPS.c.token_hash != "",
        sa.or_(SIGNUPS.c.confirmed_us.is_not(None), sa.not_(SIGNUPS.c.is_asked_to_confirm)),
    )


def proposed_text(experiment: Experiment, decision: str) -> str:
    """Return what may be said of a decision (go, iterate or stop), in the page's language."""
    page = corrections.page_of(experiment)
    strings = page_strings.strings_of(page)
    texts = (strings.closing_go, strings.closing_iterate, strings.closing_stop)
    return dict(zip(DECISIONS, texts, strict=True))[decision].format(product=page.product)


def outcome_mail_writer(experiment: Experiment, text: str = "") -> Callable[[str], MailText]:
    """Return what makes the mail of an ended experiment from the token of its way out.

    ``text`` stands for a letter that is still being written.
    """
    page = corrections.page_of(experiment)
    strings = page_strings.strings_of(page)
    site = site_address(runtime().settings.base_url, experiment.host)
    last_day = date_in_words(terms_of(experiment).last_day, strings)
    team = get_team()
    paragraphs = (text or experiment.last_letter).split("\n\n")
    subject = strings.closing_subject.format(product=page.product)

    def write(token: str) -> MailText:
        leave_url = f"{site}/leave/{token}"
        lines = [
            *(MailParagraph(paragraph.strip()) for paragraph in paragraphs if paragraph.strip()),
            MailParagraph(
                strings.closing_why.format(product=page.product, page=page_url(experiment))
            ),
            MailParagraph(strings.closing_leave.format(date=last_day), leave_url),
            MailParagraph(f"{team.controller}\n{team.contact_email}"),
        ]
        return MailText(subject, as_text(lines), leave_url)

    return write
