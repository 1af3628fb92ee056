"""A week before a test is purged its owners are told, so that nothing is lost by surprise."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from wbtest import store
from wbtest.audience.leaving.closing import count_hearers
from wbtest.audience.leaving.dates import Terms, in_words
from wbtest.audience.leaving.terms import terms_of
from wbtest.audience.models import Alarm
from wbtest.delivery.outbox import queue_mail
from wbtest.delivery.worker import for_each
from wbtest.extensions import db
from wbtest.publishing.lifecycle import address_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_strings import strings_for
from wbtest.runtime import runtime
from wbtest.store import writing
from wbtest.team.models import Membership, Person

NOTICE = timedelta(days=7)
KIND = "purge"


def remind_owners(now: datetime) -> None:
    """Write to the owners of what is purged within a week, once; a job of the worker."""
    is_kept = sa.and_(Experiment.state == "ended", Experiment.purged_at.is_(None))
    kept = db.session.scalars(sa.select(Experiment).where(is_kept)).all()
    for_each(kept, lambda experiment: _remind_if_due(experiment, now), address_of)


def _remind_if_due(experiment: Experiment, now: datetime) -> None:
    terms = terms_of(experiment)
    if terms.erased_at - NOTICE <= now < terms.erased_at:
        _remind(experiment, terms)


def _remind(experiment: Experiment, terms: Terms) -> None:
    notice = {
        "experiment_id": experiment.id,
        "kind": KIND,
        "hour": int(terms.erased_at.timestamp()),
    }
    first = store.insert(db.engine.dialect.name, Alarm).values(notice)
    with writing() as session:
        noted = first.on_conflict_do_nothing().returning(Alarm.hour)
        if session.execute(noted).first() is None:
            return
        day = in_words(terms.last_day, strings_for("en"))
        for email in _owners():
            queue_mail(
                recipient=email,
                subject=f"/p/{experiment.slug}: emails are deleted after {day}",
                body=_notice(experiment, day),
            )


def _notice(experiment: Experiment, day: str) -> str:
    address = f"{runtime().settings.base_url}/experiments/{experiment.id}"
    parts = [
        f"The page /p/{experiment.slug} promised to keep its visitors' data until {day}. Then "
        "every email, name, answer and visit is deleted, along with our emails to them.",
        "Totals, charts and decisions stay as they are.",
    ]
    waiting = count_hearers(experiment).to_tell
    if experiment.last_letter_at is None and waiting:
        who = "One person is waiting" if waiting == 1 else f"{waiting:,} people are waiting"
        parts.append(
            f"{who} to hear what you decided. Tell them before that day:\n{address}/decision#email"
        )
    parts.append(f"If you need the list, download it before that day:\n{address}/signups")
    return "\n\n".join(parts) + "\n"


def _owners() -> list[str]:
    query = (
        sa.select(Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.role == "owner")
        .order_by(Person.id)
    )
    return list(db.session.scalars(query))
