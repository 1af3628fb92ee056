"""Mail and webhooks leave here: rows committed with their cause, sent by the background worker."""

from datetime import timedelta

from flask import Flask

from wbtest.config import Settings


def init_app(app: Flask) -> None:
    """Open the list of jobs and register this area's own; it has no pages."""
    from wbtest.delivery import backups, health, outbox, webhooks, worker
    from wbtest.delivery.outgoing import Policy

    settings: Settings = app.extensions["wbtest.settings"]
    jobs = app.extensions["wbtest.jobs"] = {worker.BEAT: (worker.beat, worker.BEAT_EVERY)}
    if settings.is_sqlite:
        jobs["backup"] = (backups.back_up_nightly, timedelta(days=1))
    jobs["old mails"] = (outbox.forget_old_mails, timedelta(days=1))
    jobs["old events"] = (webhooks.forget_old_events, timedelta(days=1))
    app.extensions["wbtest.outgoing"] = Policy()
    # What waits to be stored; a later area knows what stores it.
    app.extensions["wbtest.queue"] = health.Queue
    # Asked before a mail leaves; a later area knows whose lines some of them hold.
    app.extensions["wbtest.may_leave"] = lambda _mail: True
