"""Mail and webhooks leave here: rows committed with their cause, sent by the background worker."""

from datetime import timedelta

from flask import Flask

from wbtest.delivery import backups, outbox, webhooks, worker
from wbtest.delivery.http_client import Policy
from wbtest.extensions import runtime


def init_app(app: Flask) -> None:
    """Register this area's jobs; it has no pages."""
    jobs = runtime(app).hooks.jobs
    jobs[worker.BEAT] = (worker.beat, worker.BEAT_EVERY)
    if runtime(app).settings.is_sqlite:
        jobs["backup"] = (backups.back_up_nightly, timedelta(days=1))
    jobs["old mails"] = (outbox.forget_old_mails, timedelta(days=1))
    jobs["old events"] = (webhooks.forget_old_events, timedelta(days=1))
    runtime(app).outgoing = Policy()
