"""Purging: what is known of the visitors of a test goes, on the day that was promised or before.

Totals and decisions stay. ``purged_at`` is set first, in one short transaction: from then on no
page reads the rows, and they prove and change no total any more. The worker deletes them in groups;
whatever breaks in between is taken up again. The step ``purged`` says that they are gone. The key
of the page goes last, when no waiting list needs it any longer.
"""

from datetime import datetime
from typing import NamedTuple, cast

import sqlalchemy as sa

from wbtest.audience.conversions import conversions_to_keep
from wbtest.audience.crowd_counts import crowds_to_keep
from wbtest.audience.group_counts import groups_to_keep
from wbtest.audience.leaving.closing import count_hearers
from wbtest.audience.leaving.erasures import forget_letters
from wbtest.audience.leaving.terms import terms_of
from wbtest.audience.left_out_counts import two_variants
from wbtest.audience.models import CrowdNetwork, Engagement, NetworkFinding, Newcomers, Objection
from wbtest.audience.recording.ledger import SIGHTINGS, SIGNUPS, VISITS, lock_event_writes
from wbtest.audience.segments_counts import newest_to_keep
from wbtest.audience.setting_aside import forget_names, group_of, standing
from wbtest.audience.waiting import WAITING
from wbtest.delivery.models import OutboxEvent, OutboxMail
from wbtest.delivery.worker import for_each
from wbtest.extensions import clock, db
from wbtest.publishing.lifecycle import address_of, take_step
from wbtest.publishing.models import Experiment, Step
from wbtest.store import Refused, hold, writing
from wbtest.team.models import Person

ROWS_AT_ONCE = 2_000
PEOPLE_AT_ONCE = 200
# Under which ``last_counts`` keeps how many rows there were to delete.
ROWS = "rows"
# An owner asked for it; and it is done.
ASKED, DONE = "purging", "purged"
ENGAGEMENTS, OBJECTIONS = (cast(sa.Table, model.__table__) for model in (Engagement, Objection))
NETWORKS = tuple(cast(sa.Table, model.__table__) for model in (Newcomers, CrowdNetwork))


class Progress(NamedTuple):
    """How many rows of a purge are gone, of how many."""

    erased: int
    rows: int


def purge_due(now: datetime) -> None:
    """Purge what has reached its day, or was begun before; a job of the worker."""
    is_kept = sa.and_(Experiment.state == "ended", Experiment.identity_key.is_not(None))
    kept = db.session.scalars(sa.select(Experiment).where(is_kept)).all()
    for_each(kept, lambda experiment: _purge_if_due(experiment, now), address_of)


def _purge_if_due(experiment: Experiment, now: datetime) -> None:
    if experiment.purged_at is not None or terms_of(experiment).erased_at <= now:
        purge(experiment)


def finish_purges(_now: datetime) -> None:
    """Delete what is given up and still there; a job of the worker, soon after the button."""
    is_begun = Experiment.purged_at.is_not(None)
    is_over = Experiment.steps.any(Step.what == DONE)
    begun = db.session.scalars(sa.select(Experiment).where(is_begun, sa.not_(is_over))).all()
    for_each(begun, purge, address_of)


def purge_now(experiment: Experiment, person: Person) -> None:
    """Give up the rows before the day that was promised; the worker deletes them.

    Raises Refused while somebody still waits for an answer, and for the second of two clicks.
    """
    with writing():
        hold(experiment)
        if objection := find_objection(experiment):
            raise Refused(objection)
        _give_up(experiment)
        take_step(experiment, ASKED, person)


def is_done(experiment: Experiment) -> bool:
    """Whether a purge of the experiment has come to its end."""
    return any(step.what == DONE for step in experiment.steps)


def count_progress(experiment: Experiment) -> Progress:
    """Return how far the purge of an experiment is that was begun."""
    left = _count_rows(experiment)
    rows = max(left, experiment.last_counts.get(ROWS, 0))
    return Progress(rows - left, rows)


def find_objection(experiment: Experiment) -> str:
    """Return why the experiment cannot be purged yet, in a sentence, or ''."""
    if experiment.purged_at is not None:
        return f"This test is {'purged' if is_done(experiment) else 'being purged'} already."
    if experiment.last_letter_at is None:
        return "First tell your sign-ups what you decided."
    if terms_of(experiment).late_until > clock.now():
        return "Late answers still count. Wait until the figures are final."
    if waiting := count_hearers(experiment).to_tell + _count_unsent(experiment):
        return f"{waiting:,} emails haven’t been sent yet. Wait until they all have."
    return ""


def purge(experiment: Experiment) -> None:
    """Delete what is known of the visitors, and the page's key unless a waiting list needs it.

    Doing it again changes nothing more.
    """
    with writing():
        hold(experiment)
        if experiment.purged_at is None:
            _give_up(experiment)
    is_whole = terms_of(experiment).is_whole(clock.now())
    _delete_people(experiment, is_whole=is_whole)
    _delete_events(experiment, is_whole=is_whole)
    for table in (VISITS, SIGHTINGS):
        _delete_rows(table, experiment, _wanted(table, is_whole=is_whole))
    for table in (ENGAGEMENTS, OBJECTIONS, *NETWORKS):
        _delete_rows(table, experiment, sa.true())
    _forget_marks(experiment)
    with writing() as session:
        lock_event_writes(session.connection())
        hold(experiment)
        is_first = not is_done(experiment)
        is_last = is_whole and experiment.identity_key is not None
        if is_last:
            experiment.identity_key = None
            if experiment.afterwards == "open":
                experiment.afterwards = "closed"
        if is_last or is_first:
            asked = [step.person for step in experiment.steps if step.what == ASKED]
            take_step(experiment, DONE, asked[0] if asked and is_first else None)


def _give_up(experiment: Experiment) -> None:
    """Let no page read the rows from now on, and keep what only they can tell."""
    experiment.last_counts = {
        "two_variants": two_variants(experiment),
        ROWS: _count_rows(experiment),
        **newest_to_keep(experiment),
        **conversions_to_keep(experiment),
        **groups_to_keep(
            experiment, {each.number: group_of(each) for each in standing(experiment)}
        ),
        **crowds_to_keep(experiment),
    }
    forget_names(experiment)
    experiment.purged_at = clock.now()


def _count_rows(experiment: Experiment) -> int:
    """How many rows a purge would delete now, mails and webhooks apart."""
    is_whole = terms_of(experiment).is_whole(clock.now())
    wanted = {table: _wanted(table, is_whole=is_whole) for table in (SIGNUPS, VISITS, SIGHTINGS)}
    wanted |= dict.fromkeys((ENGAGEMENTS, OBJECTIONS), sa.true())
    return sum(
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(table)
            .where(table.c.experiment_id == experiment.id, is_wanted)
        )
        or 0
        for table, is_wanted in wanted.items()
    )


def _delete_people(experiment: Experiment, *, is_whole: bool) -> None:
    """Delete the sign-ups, with the mails to them."""
    is_ours = sa.and_(SIGNUPS.c.experiment_id == experiment.id, _wanted(SIGNUPS, is_whole=is_whole))
    query = sa.select(SIGNUPS.c.email_key, SIGNUPS.c.email, SIGNUPS.c.token_hash).where(is_ours)
    while True:
        with writing() as session:
            connection = session.connection()
            lock_event_writes(connection)
            people = connection.execute(query.limit(PEOPLE_AT_ONCE)).all()
            if not people:
                return
            emails = {person.email for person in people if person.email}
            forget_letters(emails, {each.token_hash for each in people})
            is_one = SIGNUPS.c.email_key.in_([person.email_key for person in people])
            connection.execute(sa.delete(SIGNUPS).where(is_ours, is_one))


def _delete_events(experiment: Experiment, *, is_whole: bool) -> None:
    """Delete what webhooks are or were told of the sign-ups; there are two months of it at most."""
    # As the body is written. Nobody can type this: quotes inside JSON are escaped.
    is_ours = OutboxEvent.body.contains(f'"data": {{"experiment": {experiment.id},')
    is_kept = OutboxEvent.body.contains(f'"excluded_because": "{WAITING}"')
    with writing() as session:
        session.execute(
            sa.delete(OutboxEvent).where(is_ours, sa.true() if is_whole else sa.not_(is_kept)),
            execution_options={"synchronize_session": False},
        )


def _delete_rows(table: sa.Table, experiment: Experiment, wanted: sa.ColumnElement[bool]) -> None:
    """Delete rows in the order of their key, which begins with the experiment and who it is of."""
    who = list(table.primary_key)[1]
    is_ours = is_left = sa.and_(table.c.experiment_id == experiment.id, wanted)
    while True:
        with writing() as session:
            connection = session.connection()
            lock_event_writes(connection)
            some = sa.select(who).where(is_left).order_by(who).offset(ROWS_AT_ONCE - 1).limit(1)
            last = connection.scalar(some)
            # At the end also what came meanwhile, wherever it stands.
            is_due = is_ours if last is None else sa.and_(is_left, who <= last)
            connection.execute(sa.delete(table).where(is_due))
        if last is None:
            return
        # PostgreSQL would look at all that is deleted and not cleared up yet, for each group anew.
        is_left = sa.and_(is_ours, who > last)


def _forget_marks(experiment: Experiment) -> None:
    """What was found about the networks stays in words; which they were does not."""
    with writing() as session:
        if found := session.get(NetworkFinding, experiment.id):
            found.findings = found.findings | {"marks": []}


def _wanted(table: sa.Table, *, is_whole: bool) -> sa.ColumnElement[bool]:
    """Which rows go: those of the test, or all once no waiting list is kept."""
    return sa.true() if is_whole else table.c.excluded_because != WAITING


def _count_unsent(experiment: Experiment) -> int:
    """How many mails of the closed loop still wait to be sent."""
    is_last = sa.and_(
        OutboxMail.state == "waiting",
        OutboxMail.created_at > experiment.last_letter_at,
        OutboxMail.recipient.in_(
            sa.select(SIGNUPS.c.email).where(
                SIGNUPS.c.experiment_id == experiment.id, SIGNUPS.c.told_us.is_not(None)
            )
        ),
    )
    return db.session.scalar(sa.select(sa.func.count(OutboxMail.id)).where(is_last)) or 0
