"""Purging: what is known of the visitors of a test goes, on the day that was promised or before.

Totals and decisions stay. Rows are deleted in groups, so no transaction is long; whatever breaks in
between is finished an hour later. ``purged_at`` is set first, since from then on the rows prove the
totals no more. The key of the page goes last, when no waiting list needs it any longer.
"""

from datetime import datetime
from typing import cast

import sqlalchemy as sa

from wbtest.audience.counts import two_variants
from wbtest.audience.engagement.counted import opened_to_keep
from wbtest.audience.leaving.closing import count_hearers
from wbtest.audience.leaving.erasures import forget_letters
from wbtest.audience.leaving.terms import terms_of
from wbtest.audience.models import Engagement, Erasure, Objection
from wbtest.audience.recording.ledger import SIGHTINGS, SIGNUPS, VISITS, take_turn
from wbtest.audience.waiting import WAITING
from wbtest.delivery.models import OutboxEvent, OutboxMail, Webhook
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import take_step
from wbtest.store import Refused, hold, writing
from wbtest.team.models import Person

ROWS_AT_ONCE = 2_000
PEOPLE_AT_ONCE = 200
ENGAGEMENTS, OBJECTIONS, ERASURES = (
    cast(sa.Table, model.__table__) for model in (Engagement, Objection, Erasure)
)


def purge_due(now: datetime) -> None:
    """Purge what has reached its day, or was begun before; a job of the worker."""
    is_kept = sa.and_(Experiment.state == "ended", Experiment.identity_key.is_not(None))
    for experiment in db.session.scalars(sa.select(Experiment).where(is_kept)).all():
        if experiment.purged_at is not None or terms_of(experiment).erased_at <= now:
            purge(experiment, None)


def purge_now(experiment: Experiment, person: Person) -> None:
    """Purge before the day that was promised. Raises Refused while somebody still waits for it."""
    if objection := find_objection(experiment):
        raise Refused(objection)
    purge(experiment, person)


def find_objection(experiment: Experiment) -> str:
    """Return why the experiment cannot be purged yet, in a sentence, or ''."""
    if experiment.purged_at is not None:
        return "This test is purged already."
    if experiment.last_letter_at is None:
        return "First tell those who signed up what you decided."
    if terms_of(experiment).late_until > clock.now():
        return "Late answers still count. Wait until the figures are final."
    if waiting := count_hearers(experiment).to_tell + _count_unsent(experiment):
        return f"{waiting:,} mails have not left yet. Wait until all of them have."
    return ""


def purge(experiment: Experiment, person: Person | None) -> None:
    """Delete what is known of the visitors, and the page's key unless a waiting list needs it.

    ``person`` is None when the day has come. Doing it again changes nothing more.
    """
    with writing():
        hold(experiment)
        if experiment.purged_at is None:
            experiment.last_counts = {
                "two_variants": two_variants(experiment),
                **opened_to_keep(experiment),
            }
            experiment.purged_at = clock.now()
    is_whole = terms_of(experiment).is_whole(clock.now())
    _delete_people(experiment, is_whole=is_whole)
    _delete_events(experiment, is_whole=is_whole)
    for table in (VISITS, SIGHTINGS):
        _delete_rows(table, experiment, sa.true() if is_whole else _is_of_the_test(table))
    for table in (ENGAGEMENTS, OBJECTIONS):
        _delete_rows(table, experiment, sa.true())
    with writing() as session:
        take_turn(session.connection())
        hold(experiment)
        is_first = all(step.what != "purged" for step in experiment.steps)
        is_last = is_whole and experiment.identity_key is not None
        if is_last:
            db.session.execute(sa.delete(ERASURES).where(ERASURES.c.experiment_id == experiment.id))
            experiment.identity_key = None
            if experiment.afterwards == "open":
                experiment.afterwards = "closed"
        if is_last or is_first:
            take_step(experiment, "purged", person)


def _delete_people(experiment: Experiment, *, is_whole: bool) -> None:
    """Delete the sign-ups, with the mails to them."""
    wanted = sa.true() if is_whole else _is_of_the_test(SIGNUPS)
    is_ours = sa.and_(SIGNUPS.c.experiment_id == experiment.id, wanted)
    query = sa.select(SIGNUPS.c.email_key, SIGNUPS.c.email, SIGNUPS.c.token_hash).where(is_ours)
    while True:
        with writing() as session:
            connection = session.connection()
            take_turn(connection)
            people = connection.execute(query.limit(PEOPLE_AT_ONCE)).all()
            if not people:
                return
            emails = {person.email for person in people if person.email}
            forget_letters(experiment.workspace_id, emails, {each.token_hash for each in people})
            is_one = SIGNUPS.c.email_key.in_([person.email_key for person in people])
            connection.execute(sa.delete(SIGNUPS).where(is_ours, is_one))


def _delete_events(experiment: Experiment, *, is_whole: bool) -> None:
    """Delete what webhooks are or were told of the sign-ups; there are two months of it at most."""
    hooks = sa.select(Webhook.id).where(Webhook.workspace_id == experiment.workspace_id)
    # As the body is written. Nobody can type this: quotes inside JSON are escaped.
    is_ours = OutboxEvent.body.contains(f'"data": {{"experiment": {experiment.id},')
    is_kept = OutboxEvent.body.contains(f'"excluded_because": "{WAITING}"')
    with writing() as session:
        session.execute(
            sa.delete(OutboxEvent).where(
                OutboxEvent.webhook_id.in_(hooks),
                is_ours,
                sa.true() if is_whole else sa.not_(is_kept),
            ),
            execution_options={"synchronize_session": False},
        )


def _delete_rows(table: sa.Table, experiment: Experiment, wanted: sa.ColumnElement[bool]) -> None:
    """Delete rows in the order of their key, which begins with the experiment and who it is of."""
    who = list(table.primary_key)[1]
    is_ours = sa.and_(table.c.experiment_id == experiment.id, wanted)
    while True:
        with writing() as session:
            connection = session.connection()
            take_turn(connection)
            some = sa.select(who).where(is_ours).order_by(who).offset(ROWS_AT_ONCE - 1).limit(1)
            last = connection.scalar(some)
            is_due = is_ours if last is None else sa.and_(is_ours, who <= last)
            connection.execute(sa.delete(table).where(is_due))
        if last is None:
            return


def _is_of_the_test(table: sa.Table) -> sa.ColumnElement[bool]:
    return table.c.excluded_because != WAITING


def _count_unsent(experiment: Experiment) -> int:
    """How many mails of the closed loop still wait to be sent."""
    is_last = sa.and_(
        OutboxMail.workspace_id == experiment.workspace_id,
        OutboxMail.state == "waiting",
        OutboxMail.created_at > experiment.last_letter_at,
        OutboxMail.recipient.in_(
            sa.select(SIGNUPS.c.email).where(
                SIGNUPS.c.experiment_id == experiment.id, SIGNUPS.c.told_us.is_not(None)
            )
        ),
    )
    return db.session.scalar(sa.select(sa.func.count(OutboxMail.id)).where(is_last)) or 0
