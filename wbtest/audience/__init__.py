"""Everything a visitor touches: the page, the beacon, the sign-up, and how they are recorded."""

from datetime import timedelta
from email.utils import parseaddr

from flask import Flask

from wbtest.config import Settings
from wbtest.extensions import db


def init_app(app: Flask) -> None:
    """Attach this area's pages, the recorder, and the door in front of Flask."""
    from wbtest.audience import asking_views as asking_views
    from wbtest.audience import engagement_views as engagement_views
    from wbtest.audience import mine_views as mine_views
    from wbtest.audience import picture_views as picture_views
    from wbtest.audience import signup_views as signup_views
    from wbtest.audience import steps_views as steps_views
    from wbtest.audience import trying_views as trying_views
    from wbtest.audience.alarms import raise_alarms
    from wbtest.audience.answers import Answers
    from wbtest.audience.closing import write_letters
    from wbtest.audience.door import Door
    from wbtest.audience.erasures import erase_unconfirmed
    from wbtest.audience.guard import Guard
    from wbtest.audience.live_pages import LivePages
    from wbtest.audience.objections import forget_again
    from wbtest.audience.pages import Printer
    from wbtest.audience.purging import purge_due
    from wbtest.audience.recorder import Recorder
    from wbtest.audience.retention import remind_owners
    from wbtest.audience.retention_traces import JOB, drop_old_copies, wipe_traces
    from wbtest.audience.sources import source_name
    from wbtest.audience.views import bp

    settings: Settings = app.extensions["wbtest.settings"]
    now = app.extensions["wbtest.now"]
    with app.app_context():
        engine = db.engine
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    recorder = Recorder(engine, app.extensions["wbtest.lock"], now, domain)
    pages = LivePages(engine, now, is_https=settings.is_https)
    printer = Printer(app, settings)
    answers = Answers(printer, recorder, now, is_https=settings.is_https)
    app.extensions["wbtest.recorder"] = recorder
    # A rule names the sources that count as they are recorded; `publishing` lies below.
    app.extensions["wbtest.source_name"] = source_name
    app.extensions["wbtest.pages"] = pages
    app.extensions["wbtest.printer"] = printer
    app.extensions["wbtest.answers"] = answers
    app.extensions["wbtest.guard"] = Guard()
    app.extensions["wbtest.jobs"]["objections"] = (forget_again, timedelta(minutes=1))
    app.extensions["wbtest.jobs"]["closing"] = (write_letters, timedelta(minutes=1))
    app.extensions["wbtest.jobs"]["retention"] = (remind_owners, timedelta(hours=1))
    app.extensions["wbtest.jobs"]["purge"] = (purge_due, timedelta(hours=1))
    if settings.is_sqlite:
        app.extensions["wbtest.jobs"][JOB] = (wipe_traces, timedelta(minutes=10))
        app.extensions["wbtest.jobs"]["old_copies"] = (drop_old_copies, timedelta(hours=1))
    app.extensions["wbtest.jobs"]["alarms"] = (raise_alarms, timedelta(minutes=5))
    app.extensions["wbtest.jobs"]["unconfirmed"] = (erase_unconfirmed, timedelta(minutes=10))
    app.register_blueprint(bp)
    door = Door(app.wsgi_app, pages, answers, app.extensions["wbtest.hosts"])
    app.wsgi_app = door  # type: ignore[method-assign]
