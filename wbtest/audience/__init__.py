"""Everything a visitor touches: the page, the beacon, the sign-up, and how they are recorded."""

from datetime import timedelta
from email.utils import parseaddr

from flask import Flask

from wbtest.audience import (
    alarms,
    erasure,
    live_pages,
    mail_html,
    off_site_signups,
    outcome_mail,
    page_renderer,
    page_server,
    retention,
    self_service,
    signup_steps,
    signups,
    views,
    visitor_questions,
)
from wbtest.audience.recording import gate
from wbtest.audience.recording.recorder import Recorder
from wbtest.config import Settings
from wbtest.extensions import db, runtime

# Each adds its pages to the blueprint of ``views``.
PAGES = (
    views,
    signups,
    signup_steps,
    off_site_signups,
    visitor_questions,
    self_service,
)


def init_app(app: Flask) -> None:
    """Attach this area's pages, its jobs, the recorder, and the door in front of Flask."""
    own = runtime(app)
    settings, now = own.settings, own.now
    with app.app_context():
        engine = db.engine
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    recorder = Recorder(engine, own.lock, now, domain)
    pages = live_pages.LivePages(engine, now, is_https=settings.is_https)
    renderer = page_renderer.PageRenderer(app, settings)
    server = page_server.PageServer(renderer, recorder, now, is_https=settings.is_https)
    own.recorder, own.pages, own.renderer, own.page_server = recorder, pages, renderer, server
    own.guard = signups.AbuseGuard()
    own.hooks.as_html = mail_html.as_html
    _hand_over_jobs(app, settings)
    app.register_blueprint(views.bp)
    # The door undoes trusted proxies for all that stands behind it.
    hosts, proxies = own.hosts, settings.trusted_proxies
    app.wsgi_app = page_server.LandingDoor(app.wsgi_app, pages, server, hosts, proxies)  # type: ignore[method-assign]


def _hand_over_jobs(app: Flask, settings: Settings) -> None:
    """Give the worker what it must do by the clock."""
    jobs = runtime(app).hooks.jobs
    jobs["objections"] = (erasure.forget_again, timedelta(minutes=1))
    jobs["networks"] = (gate.forget_old_newcomers, timedelta(hours=1))
    jobs["alarms"] = (alarms.raise_alarms, timedelta(minutes=5))
    jobs["unconfirmed"] = (erasure.erase_unconfirmed, timedelta(minutes=10))
    jobs["closing"] = (outcome_mail.queue_outcome_mails, timedelta(minutes=1))
    jobs["retention"] = (retention.remind_owners, timedelta(hours=1))
    jobs["purge"] = (retention.purge_due, timedelta(hours=1))
    jobs["purging"] = (retention.finish_purges, timedelta(minutes=1))
    if settings.is_sqlite:
        jobs[retention.WIPE_JOB] = (retention.wipe_traces, timedelta(minutes=10))
        jobs["old_copies"] = (retention.drop_old_copies, timedelta(hours=1))
