"""Background jobs that failed the last time they ran, in words for owners.

Not the error itself: it may hold what a visitor typed.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from wbtest.delivery.models import JobRun
from wbtest.extensions import db
from wbtest.runtime import runtime

# What does not happen while a job fails, by the name with which its area registers it.
SAID = {
    "worker": "The background worker gives no sign of life",
    "backup": "The nightly backup is not made",
    "old mails": "Old mails are not deleted",
    "old events": "Old webhook events are not deleted",
    "old sessions": "Old log-ins are not forgotten",
    "old invitations": "Invitations that were over long ago are not forgotten",
    "old account links": "Old links for lost passwords are not forgotten",
    "old counts": "Old counts of requests are not forgotten",
    "old answers": "Old answers to programs are not forgotten",
    "daily mail": "Some are not told by the mail of the day what needs them",
    "end_overdue": "Some tests whose last day is over are not ended",
    "unused_pictures": "Pictures that no page shows are not deleted",
    "objections": "Some who objected to being counted are not forgotten",
    "networks": "Old counts of visitors by network are not forgotten",
    "networks checked": "Nobody looks whether a few networks make a verdict",
    "alarms": "Nobody is warned of unusual sign-ups",
    "unconfirmed": "Addresses that nobody confirmed are not erased",
    "closing": "Some who signed up are not told the outcome",
    "traces": "What was erased still stands in the unused parts of the database file",
    "retention": "Owners are not reminded before what visitors left is erased",
    "purge": "What visitors left is not erased on the promised day",
    "purging": "What visitors left is not erased to the end",
    "old_copies": "Backups from before an erasure are not deleted",
    "verdicts told": "Some verdicts and broken tests are not told by mail",
    "start pages": "The page for beginners goes on being looked up after the first visitor came",
}


class Failing(NamedTuple):
    """A job that failed: what does not happen, and when it last did, None for never."""

    name: str
    said: str
    ran_at: datetime
    succeeded_at: datetime | None


def failing_jobs() -> list[Failing]:
    """Return the jobs whose last run failed, what has failed longest first."""
    jobs = runtime().hooks.jobs
    failed = db.select(JobRun).where(JobRun.error != "", JobRun.name.in_(list(jobs)))
    order = (JobRun.succeeded_at.is_not(None), JobRun.succeeded_at, JobRun.name)
    return [
        Failing(run.name, SAID.get(run.name, f"“{run.name}” fails"), run.ran_at, run.succeeded_at)
        for run in db.session.scalars(failed.order_by(*order))
    ]
