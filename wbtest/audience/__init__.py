"""Everything a visitor touches: the page, the beacon, the sign-up, and how they are recorded."""

from datetime import timedelta
from email.utils import parseaddr

from flask import Flask

from wbtest.audience import picture_views
from wbtest.audience.answers import Answers
from wbtest.audience.asking import views as asking_views
from wbtest.audience.door import Door
from wbtest.audience.engagement import views as engagement_views
from wbtest.audience.leaving import mine_views, traces
from wbtest.audience.leaving.closing import write_letters
from wbtest.audience.leaving.erasures import erase_unconfirmed
from wbtest.audience.leaving.purging import finish_purges, purge_due
from wbtest.audience.leaving.warning import remind_owners
from wbtest.audience.live_pages import LivePages
from wbtest.audience.objections import forget_again
from wbtest.audience.pages import Printer
from wbtest.audience.recording import gate
from wbtest.audience.recording.recorder import Recorder
from wbtest.audience.signing import signup_views, steps_views, trying_views
from wbtest.audience.signing.alarms import raise_alarms
from wbtest.audience.signing.guard import Guard
from wbtest.audience.views import bp
from wbtest.config import Settings
from wbtest.extensions import db
from wbtest.runtime import runtime

# Each adds its pages to the blueprint of views.
PAGES = (
    picture_views,
    engagement_views,
    signup_views,
    steps_views,
    trying_views,
    asking_views,
    mine_views,
)


def init_app(app: Flask) -> None:
    """Attach this area's pages, its jobs, the recorder, and the door in front of Flask."""
    own = runtime(app)
    settings, now = own.settings, own.now
    with app.app_context():
        engine = db.engine
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    recorder = Recorder(engine, own.lock, now, domain)
    pages = LivePages(engine, now, is_https=settings.is_https)
    printer = Printer(app, settings)
    answers = Answers(printer, recorder, now, is_https=settings.is_https)
    own.recorder, own.pages, own.printer, own.answers = recorder, pages, printer, answers
    own.guard = Guard()
    _hand_over_jobs(app, settings)
    app.register_blueprint(bp)
    # The door undoes trusted proxies for all that stands behind it.
    hosts, proxies = own.hosts, settings.trusted_proxies
    app.wsgi_app = Door(app.wsgi_app, pages, answers, hosts, proxies)  # type: ignore[method-assign]


def _hand_over_jobs(app: Flask, settings: Settings) -> None:
    """Give the worker what it must do by the clock."""
    jobs = runtime(app).hooks.jobs
    jobs["objections"] = (forget_again, timedelta(minutes=1))
    jobs["networks"] = (gate.forget_old_newcomers, timedelta(hours=1))
    jobs["alarms"] = (raise_alarms, timedelta(minutes=5))
    jobs["unconfirmed"] = (erase_unconfirmed, timedelta(minutes=10))
    jobs["closing"] = (write_letters, timedelta(minutes=1))
    jobs["retention"] = (remind_owners, timedelta(hours=1))
    jobs["purge"] = (purge_due, timedelta(hours=1))
    jobs["purging"] = (finish_purges, timedelta(minutes=1))
    if settings.is_sqlite:
        jobs[traces.JOB] = (traces.wipe_traces, timedelta(minutes=10))
        jobs["old_copies"] = (traces.drop_old_copies, timedelta(hours=1))
