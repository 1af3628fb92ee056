"""What every answer shares: security headers, error pages, and how values become text.

Knows no model: an error page must render when the database is gone.
"""

import errno
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

from wbtest import problems
from wbtest.problems import TITLES
from wbtest.store import Refused

log = logging.getLogger(__name__)

SENTENCES = {
    400: "Go back, reload the page and try once more.",
    403: "Somebody with a higher role can do it. The Team page says who that is.",
    404: "The address is wrong, or the page is not yours to see.",
    405: "Go back and use the button on the page.",
    413: "Send a shorter text or a smaller file.",
    421: "This server answers under another name.",
    429: "Wait a few minutes, then try again.",
    500: "What was saved before is safe. Go back and try once more.",
    503: "The server cannot store anything right now. What you typed is still in your browser.",
}
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'{nonce}; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
LARGEST_ID = 2**31 - 1
MOST_DIGITS = 100
# The mark that stands for a character that was lost.
LOST = "\ufffd"
LONGEST_BODY = 2 * 1024 * 1024
RETRY = {"Retry-After": "10"}
# Asked for by machines that know us by number; they build no link.
ANY_HOST = ("/healthz", "/readyz")


class Id(IntegerConverter):
    """A row's number in an address; one that no database can count to finds nothing."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map, *args, **{"max": LARGEST_ID, **kwargs})

    def to_python(self, value: str) -> Any:
        """Return the number, or the largest there can be for any beyond.

        To turn it away here would ask for another method where the address has one; and Python
        reads no number of thousands of digits.
        """
        is_beyond = len(value) > MOST_DIGITS or int(value) > LARGEST_ID
        return super().to_python(str(LARGEST_ID) if is_beyond else value)


class WholeRequest(Request):
    """A request whose body is read whole or not at all: half an address may be another's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._opened: list[IO[bytes]] = []
        if self.content_length is not None:
            # The server ends a body by itself, but also where the connection broke.
            self.environ.pop("wsgi.input_terminated", None)

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        self._opened.append(super()._get_file_stream(*args, **kwargs))
        return self._opened[-1]

    def close(self) -> None:
        """Close the files of its form, also of one that broke off, which is in no ``files``."""
        super().close()
        for file in self._opened:
            file.close()


def init_app(app: Flask, known_hosts: frozenset[str]) -> None:
    """Attach headers, error pages, filters and the check of the host name."""
    app.request_class = WholeRequest
    app.url_map.converters["int"] = Id
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LONGEST_BODY
    app.extensions["wbtest.hosts"] = known_hosts
    # Where addresses begin of pages for people outside, from which nothing leads on.
    app.extensions["wbtest.outside"] = ()
    app.before_request(_check_host)
    app.before_request(_take_longer_bodies)
    app.before_request(_keep_nul_out)
    app.after_request(_add_headers)
    app.context_processor(lambda: {"csp_nonce": csp_nonce})
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(OperationalError, _store_failed)
    app.register_error_handler(NoConnection, _store_failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _broken)
    app.add_template_filter(percent)
    app.add_template_filter(number)
    app.add_template_filter(day)
    app.add_template_filter(moment)


def security_headers(is_https: bool) -> dict[str, str]:
    """Return what every answer tells browsers, whoever gives it."""
    if is_https:
        return {**HEADERS, "Strict-Transport-Security": "max-age=31536000"}
    return HEADERS


def hosts_of(base_url: str) -> frozenset[str]:
    """Host names under which we answer: that of ``base_url``, and loopback when it is one."""
    host = urlsplit(base_url).netloc.lower()
    name = (urlsplit(base_url).hostname or "").lower()
    local = {"localhost", "127.0.0.1", "::1"}
    return frozenset({host, name} | (local if name in local else set()))


def is_known_host(host: str, known: frozenset[str]) -> bool:
    """Whether a Host header names us; any port will do, since a proxy may change it.

    >>> is_known_host("try.example.com:8000", frozenset({"try.example.com"}))
    True
    """
    if host in known:
        return True
    name = host.lower().removeprefix("[").partition("]")[0] if host[:1] == "[" else host.lower()
    return host.lower() in known or name.rpartition(":")[0] in known or name in known


def csp_nonce() -> str:
    """Return this response's nonce, made when first asked for: cacheable pages carry none."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def percent(rate: float | None, digits: int = 1) -> str:
    """A fraction as text; a dash for none.

    >>> percent(0.113)
    '11.3\\u202f%'
    """
    return "–" if rate is None else f"{100 * rate:.{digits}f}\u202f%"


def number(value: float | None) -> str:
    """A count with thousands set apart; a dash for none.

    >>> number(1204)
    '1,204'
    """
    return "–" if value is None else f"{value:,.0f}"


def day(value: datetime | None) -> str:
    """A date as people write it, or nothing: 3 March 2027."""
    return "" if value is None else f"{value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """A point in time in UTC: 3 March 2027, 14:05 UTC."""
    return "" if value is None else f"{day(value)}, {value:%H:%M} UTC"


def error_page(
    status: int,
    sentence: str = "",
    headers: Mapping[str, str] | None = None,
    title: str = "",
    faults: Mapping[str, str] | None = None,
) -> Response:
    """Return an error without the database: a page, or JSON with its ``faults`` for a program."""
    error_id = secrets.token_hex(4)
    title = title or TITLES.get(status, "That did not work")
    if problems.are_wanted():
        response = problems.problem(status, title, sentence, headers, faults, error_id)
    else:
        response = _page(status, title, sentence, headers, error_id)
    if status >= 500:
        log.error("error %s: %s %s gave %s", error_id, request.method, _loggable_path(), status)
    return response


def _page(
    status: int, title: str, sentence: str, headers: Mapping[str, str] | None, error_id: str
) -> Response:
    body = render_template(
        "error.html",
        status=status,
        title=title,
        sentence=sentence or SENTENCES.get(status, "Go back and try once more."),
        error_id=error_id,
        next_url="" if request.path.startswith(current_app.extensions["wbtest.outside"]) else "/",
        next_label="To the start",
    )
    return Response(body, status, dict(headers or {}), mimetype="text/html")


def _loggable_path() -> str:
    """The path without what makes an address a secret: who reads a log must not open a link."""
    token = (request.view_args or {}).get("token", "")
    return request.path.replace(token, "…") if token else request.path


def _check_host() -> ResponseReturnValue | None:
    known = current_app.extensions["wbtest.hosts"]
    if request.path in ANY_HOST or is_known_host(request.host, known):
        return None
    return error_page(421)


def _take_longer_bodies() -> None:
    """Let a view that names a ``longest_body`` be sent that many bytes, before the form is read."""
    view = current_app.view_functions.get(request.endpoint or "")
    longest: int | None = getattr(view, "longest_body", None)
    if longest is not None:
        request.max_content_length = longest


def _keep_nul_out() -> ResponseReturnValue | None:
    """Keep out the one character that PostgreSQL cannot store and no keyboard types.

    Pasted into a form it becomes the mark of a lost character, as a browser shows it: so the form
    can say at its field what is wrong, with the text kept.
    """
    if "\0" in request.path or _has_nul(request.args):
        return error_page(400, "The address holds a character that no address has.")
    if None in request.form or None in request.files:
        return error_page(400, "A part of the form has no name. Reload the page and send it again.")
    if _has_nul(request.form):
        request.form = ImmutableMultiDict(
            [
                (name.replace("\0", LOST), text.replace("\0", LOST))
                for name, text in request.form.items(multi=True)
            ]
        )
    return None


def _has_nul(given: MultiDict[str, str]) -> bool:
    return any("\0" in text for pair in given.items(multi=True) for text in pair)


def headers_without_page(*, is_https: bool) -> list[tuple[str, str]]:
    """Return the headers that Flask gives an answer without a body, for one in front of it."""
    return [
        ("Content-Type", "text/html; charset=utf-8"),
        *security_headers(is_https).items(),
        ("Content-Security-Policy", CONTENT_POLICY.format(nonce="")),
        ("Cache-Control", "private, no-store"),
        ("X-Robots-Tag", "noindex"),
        ("Vary", "Cookie"),
        ("Content-Length", "0"),
    ]


def _add_headers(response: Response) -> Response:
    is_https = current_app.extensions["wbtest.settings"].is_https
    for name, value in security_headers(is_https).items():
        response.headers.setdefault(name, value)
    if "Content-Security-Policy" not in response.headers:
        nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
        response.headers["Content-Security-Policy"] = CONTENT_POLICY.format(nonce=nonce)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex")
    return response


def _refused(error: Refused) -> Response:
    headers = {"Retry-After": "60"} if error.status in (429, 503) else None
    faults = error.faults or ({error.field: str(error)} if error.field else {})
    return error_page(error.status, str(error), headers, error.title, faults)


def _csrf_failed(_error: CSRFError) -> Response:
    return error_page(
        400, "This form was open for too long. Go back, reload the page and send it once more."
    )


def _store_failed(error: SQLAlchemyError) -> Response:
    log.exception("the store failed", exc_info=error)
    return error_page(503, headers=RETRY)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    # Redirects are HTTPExceptions too; they are answers, not errors.
    if error.code is None or error.code < 400:
        return error.get_response()
    headers = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After")}
    return error_page(error.code, headers=headers)


def _broken(error: Exception) -> Response:
    log.exception("unhandled error", exc_info=error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return error_page(503, "The server's storage is full. Its owner has to make room.", RETRY)
    return error_page(500)
