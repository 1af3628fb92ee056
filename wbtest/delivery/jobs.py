"""What the areas want done now and then: run when due, by one worker at a time, and noted.

An area registers a job with ``runtime(app).hooks.jobs[name] = (function, every)``; the
function gets the current time. A job that fails is noted and comes again.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from wbtest.delivery.models import JobRun
from wbtest.extensions import clock, db
from wbtest.runtime import runtime
from wbtest.store import describe, insert, writing

log = logging.getLogger(__name__)

Job = tuple[Callable[[datetime], None], timedelta]


def run_due_jobs() -> list[str]:
    """Run each job whose time has come and return their names."""
    jobs = runtime().hooks.jobs
    due = [name for name in _seem_due(jobs) if _claim(name, jobs[name][1])]
    for name in due:
        try:
            jobs[name][0](clock.now())
        except Exception as error:
            log.exception("the job %r failed", name)
            _note(name, describe(error)[:500])
        else:
            _note(name, "")
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


def _claim(name: str, every: timedelta) -> bool:
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


def _note(name: str, error: str) -> None:
    with writing() as session:
        run = session.get_one(JobRun, name)
        run.error = error
        if not error:
            run.succeeded_at = clock.now()
