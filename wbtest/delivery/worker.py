"""The background worker: sends what is due and runs the areas' jobs until it is told to stop.

Any number may run, on any machine: each mail, event and job is claimed before it is worked on. An
area registers a job with ``runtime(app).hooks.jobs[name] = (function, every)``; the function gets
the current time. A job that fails is recorded and runs again, and owners are told what does not
happen meanwhile; not the error itself, which may hold what a visitor typed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from wbtest.delivery import mail_sender, webhook_sender
from wbtest.delivery.models import JobRun
from wbtest.extensions import clock, db, runtime
from wbtest.store import describe, insert, writing

log = logging.getLogger(__name__)

BEAT = "worker"
BEAT_EVERY = timedelta(minutes=1)
REST_SECONDS = 1.0
Job = tuple[Callable[[datetime], None], timedelta]
T = TypeVar("T")
# What does not happen while a job fails, by the name with which its area registers it.
JOB_FAILURES = msgspec.toml.decode(
    Path(__file__).with_suffix(".toml").read_bytes(), type=dict[str, str]
)


def work(app: Flask, stop: threading.Event, is_over: Callable[[], bool] = lambda: False) -> None:
    """Work until ``stop`` is set or ``is_over()`` says so; what is begun is finished first."""
    while not stop.is_set() and not is_over():
        try:
            is_busy = step(app)
        except SQLAlchemyError:
            # The database may be away for a while; what was due stays due.
            log.exception("the worker could not reach the database")
            is_busy = False
        except Exception:
            # What was claimed comes again when its lease is over; the rest must not wait for it.
            log.exception("a step of the worker failed")
            is_busy = False
        if not is_busy:
            stop.wait(REST_SECONDS)


def beat(_now: datetime) -> None:
    """A job that does nothing: that it ran is the sign of life that others look for."""


def step(app: Flask) -> bool:
    """Run what is due, send some mails, and post to one webhook; True when there may be more.

    Mails and a webhook take turns, and a webhook that fails or is slow rests: so neither holds up
    the other.
    """
    # A context of its own for each step, as a request has: no session outlives it.
    with app.app_context():
        run_due_jobs()
        has_sent, has_posted = mail_sender.send_mails(), webhook_sender.post_events()
        return has_sent or has_posted


def run_due_jobs() -> list[str]:
    """Run each job whose time has come and return their names."""
    jobs = runtime().hooks.jobs
    due = [name for name in _seem_due(jobs) if _claim_job(name, jobs[name][1])]
    for name in due:
        try:
            jobs[name][0](clock.now())
        except Exception as error:
            log.exception("the job %r failed", name)
            _note_run(name, describe(error)[:500])
        else:
            _note_run(name, "")
    return due


def find_run(name: str) -> JobRun | None:
    """When the job last ran and how it went, or None when it never did."""
    return db.session.get(JobRun, name)


def _seem_due(jobs: dict[str, Job]) -> list[str]:
    """Those whose time has come, by one look: to claim all would be a write each, every second."""
    now = clock.now()
    ran_at = dict(db.session.execute(sa.select(JobRun.name, JobRun.ran_at)).all())
    return [
        name
        for name, (_, every) in jobs.items()
        if name not in ran_at or not now - every < ran_at[name] <= now + every
    ]


def _claim_job(name: str, every: timedelta) -> bool:
    """Whether the job is due; if so it counts as run from now on, for every other worker too."""
    now = clock.now()
    claim = insert(db.engine.dialect.name, JobRun).values(name=name, ran_at=now, error="")
    claim = claim.on_conflict_do_update(
        index_elements=[JobRun.name],
        set_={"ran_at": now},
        # A run in the future was noted by a clock that was wrong; the job must not wait for it.
        where=sa.or_(JobRun.ran_at <= now - every, JobRun.ran_at > now + every),
    ).returning(JobRun.name)
    with writing() as session:
        return session.execute(claim).first() is not None


def _note_run(name: str, error: str) -> None:
    with writing() as session:
        run = session.get_one(JobRun, name)
        run.error = error
        if not error:
            run.succeeded_at = clock.now()


class SomeFailed(Exception):
    """What a job could not do, while it did the rest; the text names each and says why."""


def for_each(things: Iterable[T], act: Callable[[T], object], name: Callable[[T], str]) -> None:
    """Act on each thing, also on those after one that failed.

    Raises SomeFailed at the end, so that the job is noted as failed; ``name`` says of what.
    """
    failed = []
    # Named before any is touched: after a failure even reading a name may fail.
    for called, thing in [(name(thing), thing) for thing in things]:
        try:
            act(thing)
        except Exception as error:
            log.exception("%s failed", called)
            # What was begun is undone, or the next one would find a broken transaction.
            db.session.rollback()
            failed.append(f"{called}: {describe(error)}")
    if failed:
        raise SomeFailed("; ".join(failed))


class FailingJob(NamedTuple):
    """A job that failed: what does not happen, and when it last did, None for never."""

    name: str
    said: str
    ran_at: datetime
    succeeded_at: datetime | None


def list_failing_jobs() -> list[FailingJob]:
    """Return the jobs whose last run failed, what has failed longest first."""
    jobs = runtime().hooks.jobs
    failed = db.select(JobRun).where(JobRun.error != "", JobRun.name.in_(list(jobs)))
    order = (JobRun.succeeded_at.is_not(None), JobRun.succeeded_at, JobRun.name)
    return [
        FailingJob(
            run.name,
            JOB_FAILURES.get(run.name, f"“{run.name}” fails"),
            run.ran_at,
            run.succeeded_at,
        )
        for run in db.session.scalars(failed.order_by(*order))
    ]
