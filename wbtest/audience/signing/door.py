"""In front of Flask: takes the plain form of a running page, and passes all else on.

Plain is a form as a stranger's browser sends it from a page of ours, whole and valid, by somebody
whom the page's cookie names. What becomes of it is decided in ``taking``, which the Flask view
shares. Whatever has to be said about a form, Flask says.
"""

import logging
import re
from collections.abc import Iterable
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from wbtest.audience import visitors
from wbtest.audience.browsers import IGNORE, is_from_here
from wbtest.audience.door import SESSION
from wbtest.audience.live_pages import LivePage, LivePages
from wbtest.audience.recording.recorder import Recorder, TooMany
from wbtest.audience.signing.forms import Typed, read_plain
from wbtest.audience.signing.steps_views import after_sign_up
from wbtest.audience.signing.taking import Desk
from wbtest.audience.visitors import Visitor
from wbtest.extensions import Now, seconds_of
from wbtest.http import headers_without_page, is_known_host
from wbtest.runtime import runtime
from wbtest.store import Gone, Refused
from wbtest.team import limits

log = logging.getLogger(__name__)

SIGN_UPS = "sign-ups"
END = "/signup"
PLAIN = "application/x-www-form-urlencoded"
# No form of ours that is filled in is as long as 10,000 bytes.
_LENGTH = re.compile("[0-9]{1,4}")
MOST_FULL = 10_000
# Set in the environ of a form that could not be stored, so that Flask does not try once more.
NOT_STORED = "wbtest.not_stored"


class SignupDoor:
    """A WSGI callable around Flask's."""

    def __init__(
        self, app: Flask, pages: LivePages, desk: Desk, recorder: Recorder, now: Now
    ) -> None:
        self._inside: WSGIApplication = app.wsgi_app
        self._pages = pages
        self._desk = desk
        self._recorder = recorder
        self._now = now
        self._at = seconds_of(now)
        self._known_hosts: frozenset[str] = runtime(app).hosts
        # Networks by their names of the day, with the second at which each may send again.
        self._full: dict[str, float] = {}
        settings = runtime(app).settings
        self._secret = settings.secret_key
        self._headers = headers_without_page(is_https=settings.is_https)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        location = self._take(environ) if self._is_plain(environ) else ""
        if not location:
            return self._inside(environ, start_response)
        start_response("303 SEE OTHER", [("Location", location), *self._headers])
        return [b""]

    def _is_plain(self, environ: WSGIEnvironment) -> bool:
        if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].endswith(END):
            return False
        cookies = environ.get("HTTP_COOKIE", "")
        if SESSION in cookies or IGNORE in cookies or environ.get("QUERY_STRING"):
            return False
        length = environ.get("CONTENT_LENGTH") or ""
        if environ.get("CONTENT_TYPE") != PLAIN or not _LENGTH.fullmatch(length):
            return False
        return is_known_host(environ.get("HTTP_HOST", ""), self._known_hosts) and is_from_here(
            environ, self._known_hosts
        )

    def _take(self, environ: WSGIEnvironment) -> str:
        """Store the form and return where to go on to; '' leaves it to Flask, body and all."""
        page = self._pages.find_running(environ["PATH_INFO"].removesuffix(END))
        visitor = None if page is None else page.find_visitor(environ)
        # Without a cookie the first of two clicks would have to be looked up.
        if page is None or visitor is None or not visitor.issued or page.is_opted_out(environ):
            return ""
        length = int(environ["CONTENT_LENGTH"])
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = BytesIO(body)
        # Where the connection broke, what came of an address may be somebody else's.
        typed = read_plain(body) if len(body) == length else None
        return "" if typed is None else self._store(page, environ, typed, visitor)

    def _store(
        self, page: LivePage, environ: WSGIEnvironment, typed: Typed, visitor: Visitor
    ) -> str:
        hour = visitors.hour_of(self._at())
        shown = visitors.read_form(page.live.identity_key, typed.token, hour)
        if shown is None:
            return ""
        address = environ.get("REMOTE_ADDR") or "127.0.0.1"
        network = limits.name_at(self._now(), self._secret, SIGN_UPS, address)
        if self._is_full(network):
            return ""
        try:
            token = self._desk.take(page, environ, typed, shown, visitor, network)
        except TooMany as full:
            self._note_full(network, full.seconds)
            return ""
        except Gone:
            # Flask looks anew, and finds no page.
            self._pages.forget()
            return ""
        except (Refused, SQLAlchemyError) as error:
            note_not_stored(self._recorder, page, error)
            environ[NOT_STORED] = True
            return ""
        return after_sign_up(page.live, shown.variant, token)

    def _is_full(self, network: str) -> bool:
        """Whether we know already that this network has sent what it may."""
        return self._full.get(network, 0.0) > self._at()

    def _note_full(self, network: str, seconds: int) -> None:
        # Whoever floods us waits for no group, and keeps no others waiting.
        if len(self._full) >= MOST_FULL:
            self._full.clear()
        self._full[network] = self._at() + seconds


def note_not_stored(recorder: Recorder, page: LivePage, error: Exception) -> None:
    """Tell the log of a form that could not be stored, and the recorder where others may fail."""
    if isinstance(error, SQLAlchemyError):
        recorder.note_failure()
    log.error("a sign-up for /p/%s was not stored: %s", page.live.slug, error)
