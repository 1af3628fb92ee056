"""A recorded visit, cut off after each of its steps, for granian to serve: `BENCH_STEP` names one.

Each step does all that the ones before it do, with the code of the product itself.
"""

import os
from collections.abc import Callable, Iterable
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from bench import page
from wbtest.audience.answers import Answers
from wbtest.audience.browsers import Environ
from wbtest.audience.door import Door
from wbtest.audience.live_pages import LivePage
from wbtest.audience.pages import Answer, Printer
from wbtest.audience.recording.events import Event
from wbtest.audience.recording.recorder import Recorder
from wbtest.extensions import db, utc_now

PATH = f"/p/{page.SLUG}"


class Step(NamedTuple):
    """``what`` a step adds, and how to make the callable that does it and all before it."""

    what: str
    make: Callable[[Flask], WSGIApplication]


class _Same(Answers):
    """Gives everybody the control as it was printed first, and records nothing."""

    printed: Answer | None = None

    def serve(self, page: LivePage, environ: Environ, excluded_because: str = "") -> Answer:  # noqa: ARG002 - as the base class has it
        if self.printed is None:
            self.printed = self.show(page, page.live.control, environ)
        return self.printed


class _Forgetful(Recorder):
    """Takes every event, and drops it."""

    def put(self, event: Event) -> bool:  # noqa: ARG002 - as the base class has it
        return True


def _constant(app: Flask) -> WSGIApplication:
    """The page's own bytes and headers, whatever is asked for."""
    _, answers = _parts(app, _Same, app.extensions["wbtest.recorder"])
    live = app.extensions["wbtest.pages"].find_running(PATH)
    answer = answers.serve(live, {"HTTP_ACCEPT_ENCODING": "gzip"})

    def raw(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", answer.headers)
        return [answer.body]

    return raw


def _found(app: Flask) -> WSGIApplication:
    return _parts(app, _Same, app.extensions["wbtest.recorder"])[0]


def _drawn(app: Flask) -> WSGIApplication:
    with app.app_context():
        forgetful = _Forgetful(db.engine, app.extensions["wbtest.lock"], utc_now)
    return _parts(app, Answers, forgetful)[0]


def _recorded(app: Flask) -> WSGIApplication:
    return app.wsgi_app


def _parts(app: Flask, kind: type[Answers], recorder: Recorder) -> tuple[Door, Answers]:
    printer: Printer = app.extensions["wbtest.printer"]
    answers = kind(printer, recorder, utc_now, is_https=False)
    pages, hosts = app.extensions["wbtest.pages"], app.extensions["wbtest.hosts"]
    return Door(app.wsgi_app, pages, answers, hosts), answers


STEPS = {
    "constant": Step("the page's bytes and headers, and nothing else", _constant),
    "found": Step("host, path and the running page", _found),
    "drawn": Step("what headers say, variant, signed cookie, the event", _drawn),
    "recorded": Step("queue, rows, roll-ups, commits", _recorded),
}


def web() -> WSGIApplication:
    """Return the step that the environment names, in an app made as ``wbtest serve`` makes it."""
    return STEPS[os.environ["BENCH_STEP"]].make(page.web())
