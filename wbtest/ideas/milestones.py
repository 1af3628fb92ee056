"""The team is told once of a test's first sign-up, its first question and three people to call.

None of these emails names a rate, a number of visitors or a variant. The rule decides when there
is enough to read: a rate from the first hours invites people to stop early, and a variant's name
would say who is ahead. That somebody signed up, or what somebody asks, says neither.

Only what counts is news: nothing of the team's own, of machines or of anybody left out, and with an
email to confirm nothing before that is done. A job of the worker looks for it, so that no visitor
waits for it; the row that says it was told and the emails are one transaction.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from wbtest.audience.erasure import ADDRESSES_FOLLOW
from wbtest.audience.models import Signup
from wbtest.audience.recording.counting_rules import MICROSECONDS
from wbtest.audience.recording.ledger import lock_event_writes
from wbtest.audience.visitor_questions import VISITOR
from wbtest.delivery import worker
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db, runtime
from wbtest.ideas.notifications import GRACE, LONGEST_WINDOW, SentNotification, claim
from wbtest.publishing.lifecycle import address_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_rule
from wbtest.store import writing
from wbtest.team.mail_preferences import (
    TEST_MAIL_STOP,
    list_recipients,
    read_test_mail_stop,
    send_test_mail,
)
from wbtest.writing import document as documents
from wbtest.writing.models import Candidate

EVERY = timedelta(minutes=2)
CALLS = 3
SIGN_UP = "first sign-up"
QUESTION = "first question"
CALL = "calls"

_IS_SIGNUP = sa.and_(
    Signup.experiment_id == Experiment.id,
    Signup.excluded_because == "",
    sa.or_(Signup.confirmed_us.is_not(None), ~Signup.is_asked_to_confirm),
)
# Who left can't be called any more.
_IS_CALL = sa.and_(_IS_SIGNUP, Signup.call_us.is_not(None), Signup.left_at.is_(None))
# An address leads to one test after the other, so its questions are told apart by the time.
_IS_QUESTION = sa.and_(
    Candidate.release_id == Experiment.release_id,
    Candidate.asked_by.startswith(VISITOR, autoescape=True),
    Candidate.asked_at >= Experiment.started_at,
    sa.or_(Experiment.ended_at.is_(None), Candidate.asked_at < Experiment.ended_at),
)
_HAPPENED: dict[str, sa.ColumnElement[bool]] = {
    SIGN_UP: sa.exists().where(_IS_SIGNUP),
    QUESTION: sa.exists().where(_IS_QUESTION),
    CALL: sa.select(sa.func.count()).where(_IS_CALL).scalar_subquery() >= CALLS,
}


class Milestone(NamedTuple):
    """What happened at ``at``, as an email says it; ``addresses`` are for owners alone."""

    at: datetime
    subject: str
    text: str
    link: str
    addresses: tuple[str, ...] = ()


def send_milestones(now: datetime) -> None:
    """Tell of what happened for the first time in tests that run or were over lately; a job.

    Without a mail server nothing is told: it would arrive when it's no news any more.
    """
    if not runtime().settings.mail_url:
        return
    is_recent = Experiment.ended_at > now - LONGEST_WINDOW - GRACE
    watched = sa.or_(Experiment.state.in_(("running", "paused")), is_recent)
    found: list[tuple[Experiment, str]] = []
    for key, has_happened in _HAPPENED.items():
        told = sa.exists().where(
            SentNotification.experiment_id == Experiment.id, SentNotification.occasion == key
        )
        query = sa.select(Experiment).where(watched, ~told, has_happened).order_by(Experiment.id)
        found += [(experiment, key) for experiment in db.session.scalars(query)]
    worker.for_each(found, lambda each: _tell(*each, now), lambda each: address_of(each[0]))


def may_leave(mail: OutboxMail) -> bool:
    """Whether a mail may still be sent: one with addresses only while its reader is an owner."""
    _, is_to_team, token = mail.leave_url.rpartition(TEST_MAIL_STOP)
    if not is_to_team or f"\n{ADDRESSES_FOLLOW}\n" not in mail.body:
        return True
    member = read_test_mail_stop(token)
    return member is not None and member.role == "owner"


def _tell(experiment: Experiment, key: str, now: datetime) -> None:
    find = _FINDERS[key]
    # Of sources that don't count there may be many: that must not keep others from writing.
    if find(experiment) is None:
        return
    with writing() as session:
        # Nobody erases their address between our look and the email.
        lock_event_writes(session.connection())
        news = find(experiment)
        if news is not None and claim(experiment, key, now) and news.at > now - GRACE:
            _write(news)


def _find_signup(experiment: Experiment) -> Milestone | None:
    at_us = sa.func.coalesce(Signup.confirmed_us, Signup.at_us)
    first = db.session.scalar(_of_test(experiment, _IS_SIGNUP, at_us).limit(1))
    if first is None:
        return None
    name = _name_of(experiment)
    return Milestone(
        _moment(first),
        f"Your first sign-up: somebody wants {name}",
        f"Somebody signed up at {address_of(experiment)}. It’s the first sign-up of this test.\n\n"
        "It says nothing about the result yet. We’ll email you once the test has one.",
        f"See the test:\n{_base_url()}/experiments/{experiment.id}",
    )


def _find_question(experiment: Experiment) -> Milestone | None:
    query = (
        sa.select(Candidate)
        .join(Experiment, _IS_QUESTION)
        .where(Experiment.id == experiment.id)
        .order_by(Candidate.asked_at, Candidate.id)
        .limit(1)
    )
    first = db.session.scalar(query)
    if first is None:
        return None
    return Milestone(
        first.asked_at,
        f"{_name_of(experiment)}: your first question",
        f"A visitor of {address_of(experiment)} asked:\n\n“{first.question}”\n\n"
        "Questions are anonymous, so you can’t reply directly. You can answer it in your FAQ.",
        f"See the question:\n{_base_url()}/releases/{experiment.release_id}#readers",
    )


def _find_calls(experiment: Experiment) -> Milestone | None:
    at_us = Signup.call_us
    query = _of_test(experiment, _IS_CALL, at_us).add_columns(Signup.confirmed_us, Signup.email)
    people = db.session.execute(query.limit(CALLS)).all()
    if len(people) < CALLS:
        return None
    last = max(max(called, confirmed or 0) for called, confirmed, _ in people)
    return Milestone(
        _moment(last),
        f"{_name_of(experiment)}: {CALLS} people agreed to a call",
        f"{CALLS} people who signed up at {address_of(experiment)} agreed to a call.",
        f"See the test:\n{_base_url()}/experiments/{experiment.id}",
        tuple(email for _, _, email in people),
    )


_FINDERS: dict[str, Callable[[Experiment], Milestone | None]] = {
    SIGN_UP: _find_signup,
    QUESTION: _find_question,
    CALL: _find_calls,
}


def _of_test(experiment: Experiment, wanted: sa.ColumnElement[bool], at_us: Any) -> sa.Select[Any]:
    """The moments of those sign-ups of the test that are ``wanted`` and whose source counts."""
    query = sa.select(at_us).join(Experiment, wanted).where(Experiment.id == experiment.id)
    sources = sealed_rule(experiment).sources
    if sources is not None:
        query = query.where(Signup.source.in_(sources))
    return query.order_by(at_us, Signup.email_key)


def _write(news: Milestone) -> None:
    """Queue the email to each member who wants it; addresses only for those who may see them."""
    recipients = list_recipients()
    owners = [person for person, role in recipients if role == "owner"]
    others = [person for person, role in recipients if role != "owner"]
    for_owners = for_others = news.text
    if news.addresses:
        for_owners += "\n\n" + "\n".join([ADDRESSES_FOLLOW, *news.addresses])
        for_others += "\n\nAn owner can see their email addresses."
    send_test_mail(owners, news.subject, f"{for_owners}\n\n{news.link}")
    send_test_mail(others, news.subject, f"{for_others}\n\n{news.link}")


def _name_of(experiment: Experiment) -> str:
    product = documents.from_json(experiment.revision.document).product
    return product or address_of(experiment)


def _base_url() -> str:
    return runtime().settings.base_url


def _moment(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us / MICROSECONDS, UTC)
