"""Everything a visitor touches: the page, the beacon, the sign-up, and how they are recorded."""

from datetime import timedelta
from email.utils import parseaddr

from flask import Flask

from wbtest.config import Settings
from wbtest.extensions import db


def init_app(app: Flask) -> None:
    """Attach this area's pages, the recorder, and the door in front of Flask."""
    from wbtest.audience import signup_views as signup_views
    from wbtest.audience.answers import Answers
    from wbtest.audience.door import Door
    from wbtest.audience.live_pages import LivePages
    from wbtest.audience.objections import forget_again
    from wbtest.audience.pages import Printer
    from wbtest.audience.recorder import Recorder
    from wbtest.audience.traffic import source_name
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
    app.extensions["wbtest.jobs"]["objections"] = (forget_again, timedelta(minutes=1))
    app.register_blueprint(bp)
    door = Door(app.wsgi_app, pages, answers, app.extensions["wbtest.hosts"])
    app.wsgi_app = door  # type: ignore[method-assign]
