"""The end of what is known of a test's visitors: a notice to owners, the purge, and its traces.

A purge comes on the day that was promised, or earlier when an owner asks for it. A week before it
the owners are told.

Deleting leaves traces: in free space of the file, in its log and in older copies. SQLite writes
zeros over what it deletes, but a row that was moved when its page was split leaves its old bytes
in the gap, so the whole file is written again. PostgreSQL has vacuum for its files. Copies of it go
when `wbtest backup` or `wbtest restore` runs where they lie, since a job of the worker is done by
one of several machines.
"""

from contextlib import closing
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from wbtest import store
from wbtest.audience import erasure, group_counts, outcome_mail, quality_counts, setting_aside
from wbtest.audience.models import (
    CROWD_NETWORKS,
    ENGAGEMENTS,
    NEWCOMERS,
    OBJECTIONS,
    SIGHTINGS,
    SIGNUPS,
    VISITS,
    Alarm,
    NetworkFinding,
    Signup,
)
from wbtest.audience.recording import counting_rules, ledger
from wbtest.audience.retention_terms import COPY_DAYS, RetentionTerms, date_in_words, terms_of
from wbtest.delivery import backups, outbox
from wbtest.delivery.models import OutboxEvent, OutboxMail
from wbtest.delivery.worker import find_run, for_each
from wbtest.extensions import clock, db, runtime
from wbtest.publishing.lifecycle import address_of, take_step
from wbtest.publishing.models import Experiment, Step
from wbtest.publishing.page_strings import strings_for
from wbtest.store import Refused, StoreBroken, hold, lock, writing
from wbtest.team.audit import find_last_action
from wbtest.team.models import Membership, Person

ROWS_AT_ONCE = 2_000
PEOPLE_AT_ONCE = 200
# Under which ``last_counts`` keeps how many rows there were to delete.
ROWS_KEY = "rows"
# An owner asked for it; and it is done.
ASKED, DONE = "purging", "purged"
NOTICE = timedelta(days=7)
NOTICE_KIND = "purge"
WIPE_JOB = "traces"
# A copy that is made between a purge and the wiping of its traces may hold some of them.
WIPED_WITHIN = timedelta(hours=1)


class PurgeProgress(NamedTuple):
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
        if objection := find_purge_blocker(experiment):
            raise Refused(objection)
        _begin_purge(experiment)
        take_step(experiment, ASKED, person)


def is_purge_done(experiment: Experiment) -> bool:
    """Whether a purge of the experiment has come to its end."""
    return any(step.what == DONE for step in experiment.steps)


def count_progress(experiment: Experiment) -> PurgeProgress:
    """Return how far the purge of an experiment is that was begun."""
    left = _count_rows(experiment)
    rows = max(left, experiment.last_counts.get(ROWS_KEY, 0))
    return PurgeProgress(rows - left, rows)


def find_purge_blocker(experiment: Experiment) -> str:
    """Return why the experiment cannot be purged yet, in a sentence, or ''."""
    if experiment.purged_at is not None:
        done = "already" if is_purge_done(experiment) else "being"
        return f"This test’s personal data is {done} deleted."
    if experiment.last_letter_at is None:
        return "First tell your sign-ups what you decided."
    if terms_of(experiment).late_until > clock.now():
        return "Late answers still count. Wait until the figures are final."
    if waiting := outcome_mail.count_recipients(experiment).to_tell + _count_unsent(experiment):
        return f"{waiting:,} emails haven’t been sent yet. Wait until they all have."
    return ""


def purge(experiment: Experiment) -> None:
    """Delete what is known of the visitors, and the page's key unless a waiting list needs it.

    Doing it again changes nothing more.
    """
    with writing():
        hold(experiment)
        if experiment.purged_at is None:
            _begin_purge(experiment)
    is_whole = terms_of(experiment).is_whole(clock.now())
    _delete_people(experiment, is_whole=is_whole)
    _delete_events(experiment, is_whole=is_whole)
    for table in (VISITS, SIGHTINGS):
        _delete_rows(table, experiment, _is_to_purge(table, is_whole=is_whole))
    for table in (ENGAGEMENTS, OBJECTIONS, NEWCOMERS, CROWD_NETWORKS):
        _delete_rows(table, experiment, sa.true())
    _forget_marks(experiment)
    with writing() as session:
        ledger.lock_event_writes(session.connection())
        hold(experiment)
        is_first = not is_purge_done(experiment)
        is_last = is_whole and experiment.identity_key is not None
        if is_last:
            experiment.identity_key = None
            if experiment.afterwards == "open":
                experiment.afterwards = "closed"
        if is_last or is_first:
            asked = [step.person for step in experiment.steps if step.what == ASKED]
            take_step(experiment, DONE, asked[0] if asked and is_first else None)


def _begin_purge(experiment: Experiment) -> None:
    """Let no page read the rows from now on, and keep what only they can tell."""
    experiment.last_counts = {
        "two_variants": quality_counts.two_variants(experiment),
        ROWS_KEY: _count_rows(experiment),
        **quality_counts.newest_to_keep(experiment),
        **quality_counts.conversions_to_keep(experiment),
        **group_counts.groups_to_keep(
            experiment,
            {
                each.number: setting_aside.group_of(each)
                for each in setting_aside.standing(experiment)
            },
        ),
        **group_counts.crowds_to_keep(experiment),
    }
    setting_aside.forget_names(experiment)
    experiment.purged_at = clock.now()


def _count_rows(experiment: Experiment) -> int:
    """How many rows a purge would delete now, mails and webhooks apart."""
    is_whole = terms_of(experiment).is_whole(clock.now())
    wanted = {
        table: _is_to_purge(table, is_whole=is_whole) for table in (SIGNUPS, VISITS, SIGHTINGS)
    }
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
    is_ours = sa.and_(
        SIGNUPS.c.experiment_id == experiment.id, _is_to_purge(SIGNUPS, is_whole=is_whole)
    )
    query = sa.select(SIGNUPS.c.email_key, SIGNUPS.c.email, SIGNUPS.c.token_hash).where(is_ours)
    while True:
        with writing() as session:
            connection = session.connection()
            ledger.lock_event_writes(connection)
            people = connection.execute(query.limit(PEOPLE_AT_ONCE)).all()
            if not people:
                return
            emails = {person.email for person in people if person.email}
            erasure.forget_letters(emails, {each.token_hash for each in people})
            is_one = SIGNUPS.c.email_key.in_([person.email_key for person in people])
            connection.execute(sa.delete(SIGNUPS).where(is_ours, is_one))


def _delete_events(experiment: Experiment, *, is_whole: bool) -> None:
    """Delete what webhooks are or were told of the sign-ups; there are two months of it at most."""
    # As the body is written. Nobody can type this: quotes inside JSON are escaped.
    is_ours = OutboxEvent.body.contains(f'"data": {{"experiment": {experiment.id},')
    is_kept = OutboxEvent.body.contains(f'"excluded_because": "{counting_rules.WAITING}"')
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
            ledger.lock_event_writes(connection)
            some = sa.select(who).where(is_left).order_by(who).offset(ROWS_AT_ONCE - 1).limit(1)
            last = connection.scalar(some)
            # At the end also what came meanwhile, wherever it stands.
            is_due = is_ours if last is None else sa.and_(is_left, who <= last)
            connection.execute(sa.delete(table).where(is_due))
        if last is None:
            return
        # Or PostgreSQL would look at all rows deleted but not yet vacuumed, again for each group.
        is_left = sa.and_(is_ours, who > last)


def _forget_marks(experiment: Experiment) -> None:
    """What was found about the networks stays in words; which they were does not."""
    with writing() as session:
        if found := session.get(NetworkFinding, experiment.id):
            found.findings = found.findings | {"marks": []}


def _is_to_purge(table: sa.Table, *, is_whole: bool) -> sa.ColumnElement[bool]:
    """Which rows go: those of the test, or all once no waiting list is kept."""
    return sa.true() if is_whole else table.c.excluded_because != counting_rules.WAITING


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


def remind_owners(now: datetime) -> None:
    """Write to the owners of what is purged within a week, once; a job of the worker."""
    is_kept = sa.and_(Experiment.state == "ended", Experiment.purged_at.is_(None))
    kept = db.session.scalars(sa.select(Experiment).where(is_kept)).all()
    for_each(kept, lambda experiment: _remind_if_due(experiment, now), address_of)


def _remind_if_due(experiment: Experiment, now: datetime) -> None:
    terms = terms_of(experiment)
    if terms.erased_at - NOTICE <= now < terms.erased_at:
        _remind(experiment, terms)


def _remind(experiment: Experiment, terms: RetentionTerms) -> None:
    notice = {
        "experiment_id": experiment.id,
        "kind": NOTICE_KIND,
        "hour": int(terms.erased_at.timestamp()),
    }
    first = store.insert(db.engine.dialect.name, Alarm).values(notice)
    with writing() as session:
        noted = first.on_conflict_do_nothing().returning(Alarm.hour)
        if session.execute(noted).first() is None:
            return
        day = date_in_words(terms.last_day, strings_for("en"))
        for email in _owners():
            outbox.queue_mail(
                recipient=email,
                subject=f"/p/{experiment.slug}: emails are deleted after {day}",
                body=_notice(experiment, day),
            )


def _notice(experiment: Experiment, day: str) -> str:
    address = f"{runtime().settings.base_url}/experiments/{experiment.id}"
    parts = [
        f"The page /p/{experiment.slug} promised to keep its visitors' data until {day}. Then "
        "every email, name, answer and visit will be deleted, along with our emails to them.",
        "Totals, charts and decisions will stay as they are.",
    ]
    waiting = outcome_mail.count_recipients(experiment).to_tell
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


def wipe_traces(now: datetime) -> None:  # noqa: ARG001 - a job is given the time
    """Rewrite the file after a purge or a deletion of all, and empty its log; a worker's job.

    Raises StoreBroken when somebody reads all the while; then it is done an hour later.
    """
    run = find_run(WIPE_JOB)
    last = run.succeeded_at if run else None
    newest = max(_deletions(), default=None)
    db.session.rollback()
    if newest is None or (last is not None and newest < last):
        return
    # The driver's own connection, since a file cannot be rewritten inside a transaction. Others
    # wait at our lock meanwhile, instead of giving up at SQLite's own.
    with lock(), closing(db.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if is_busy:
        raise StoreBroken("somebody reads an old state of the database, so its log stays for now")


def drop_old_copies(now: datetime) -> None:
    """Delete copies from before what was deleted 14 days ago; a job of the worker on SQLite."""
    settings = runtime().settings
    limit = now - timedelta(days=COPY_DAYS)
    # Of who left and was purged since, the audit log alone still knows.
    asked_at = find_last_action(("signup.erased", "signup.erased_for"), limit)
    left = sa.select(sa.func.max(Signup.left_at)).where(Signup.left_at <= limit)
    erased = [at for at in (asked_at, db.session.scalar(left)) if at is not None]
    newest = max([*_deletions(limit), *erased], default=None)
    if newest is None:
        return
    clean_from = newest + WIPED_WITHIN
    old = [
        file
        for file in backups.backup_folder(settings).glob("*")
        if (at := backups.made_at(file)) and at <= clean_from
    ]
    for_each(old, Path.unlink, attrgetter("name"))


def _deletions(until: datetime | None = None) -> list[datetime]:
    """When a test was last purged, and when everything was last deleted, if ever."""
    is_early = sa.true() if until is None else Step.at <= until
    purged_at = db.session.scalar(
        sa.select(sa.func.max(Step.at)).where(Step.what == "purged", is_early)
    )
    written = find_last_action(("experiment.purged", "team.deleted"), until)
    return [at for at in (purged_at, written) if at is not None]
