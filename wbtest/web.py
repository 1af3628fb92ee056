"""What every request and answer shares: what may come in, security headers, values as text.

Files, too: those of ``static/``, answered before Flask is asked, and downloads, sent while they are
made. CSV is UTF-8, RFC 4180, and no cell is a formula: one that a spreadsheet might take for one,
or that begins with an apostrophe or white space, gets an apostrophe in front. So does what follows
a semicolon, a tab or a line break within a cell: a spreadsheet with another separator than ours
splits it there, quoted or not.
"""

from __future__ import annotations

import io
import json
import logging
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from copy import copy
from datetime import datetime
from functools import cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

import sqlalchemy as sa
from defusedcsv import csv
from flask import (
    Flask,
    Request,
    Response,
    current_app,
    g,
    has_request_context,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.routing import IntegerConverter, Map
from whitenoise import WhiteNoise

from wbtest.errors import API_PREFIX, error_page
from wbtest.extensions import clock, db, runtime
from wbtest.networks import why_unreachable

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'{nonce}; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
# Anybody who knows such an address may read its page, so no other page learns of it, not even when
# it is an error: of an invitation, a guest's room, and a shared result.
SECRET_ADDRESSES = ("/invitation/", "/review/", "/shared/")
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
# What is left of bytes that are no text: Werkzeug keeps those of a plain form as they were quoted.
NO_TEXT = re.compile(rf"{LOST}|%[89A-Fa-f][0-9A-Fa-f]")
LONGEST_BODY = 2 * 1024 * 1024
# Of a form as most are sent; one with files may have 1,000 parts. No form of ours has as many.
MOST_FIELDS = 10_000
WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
# A name or an address, and perhaps a port.
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:\[\]@/\\?#]+)(?::[0-9]{0,5})?")
# Asked for by machines that know us by number; they build no link.
ANY_HOST = ("/healthz", "/readyz", "/certificate")
# Under this name the environment holds the host of a test's own, once it is known to be one.
OWN_HOST = "wbtest.own_host"
# As keyboards for Chinese and Japanese type them: = + - @
WIDE = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
# So many are handed over at once, and no more are held.
LINES_AT_ONCE = 200
# Spreadsheets read these as the beginning of a formula, some after white space too.
FORMULA = ("=", "+", "-", "@", "|", "%", ";", "'", '"', *WIDE)
# Where a formula begins within a cell, for a spreadsheet that takes another separator than ours.
_RISKY = rf"[^\S;\t\r\n]*[=+\-@|%'\"{''.join(WIDE)}]"
_WITHIN = re.compile(rf"(?<=[;\t\r\n])(?={_RISKY})")
# A version in the name: the same name will always be the same bytes.
VERSIONED = re.compile(r"-\d+\.\d+\.\d+\.")
# Browsers ask again after so long, and are told whether it has changed.
MAX_AGE_S = 60
# Asked for beside whatever names no icon: pictures, PDFs, JSON.
ICON_URL = "/favicon.ico"
ICON_MAX_AGE_S = 86_400
log = logging.getLogger(__name__)


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


class FewFields(FormDataParser):
    """Turns a form of too many fields away unread: 2 MB hold a million, a page would show all."""

    def parse(self, stream: IO[bytes], mimetype: str, *args: Any, **kwargs: Any) -> Any:
        """Return what a form holds. Raises RequestEntityTooLarge for too many fields."""
        if mimetype == "application/x-www-form-urlencoded":
            body = stream.read()
            if body.count(b"&") >= MOST_FIELDS:
                raise RequestEntityTooLarge
            stream = BytesIO(body)
        return super().parse(stream, mimetype, *args, **kwargs)


class WholeRequest(Request):
    """A request whose body is read whole or not at all: half an address may be another's."""

    form_data_parser_class = FewFields

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._opened: list[IO[bytes]] = []
        # The server ends a body by itself, but also where the connection broke.
        self.environ.pop("wsgi.input_terminated", None)

    @property
    def want_form_data_parsed(self) -> bool:
        """Whether there is a form: who only looks sends none, and what they send stays unread."""
        return self.method in WITH_BODY and super().want_form_data_parsed

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        self._opened.append(super()._get_file_stream(*args, **kwargs))
        return self._opened[-1]

    def close(self) -> None:
        """Close the files of its form, also of one that broke off, which is in no ``files``."""
        super().close()
        for file in self._opened:
            file.close()


def init_app(app: Flask) -> None:
    """Attach headers, filters, and the checks of what comes in."""
    app.request_class = WholeRequest
    app.url_map.converters["int"] = Id
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LONGEST_BODY
    app.before_request(_check_host)
    app.before_request(_keep_nul_out_of_address)
    app.after_request(_add_headers)
    app.context_processor(lambda: {"csp_nonce": csp_nonce})
    for each in (percent, number, number_of, day, moment, ago):
        app.add_template_filter(each)
    app.add_template_global(net_url)
    app.add_template_global(unreachable)


def check_forms(app: Flask) -> None:
    """Attach the checks of forms: from the first of them on a form is read."""
    app.before_request(_take_longer_bodies)
    app.before_request(_keep_nul_out_of_form)


def security_headers(is_https: bool) -> dict[str, str]:
    """Return the headers that every answer has, no matter which view gives it."""
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
    return host in known or name_of_host(host) in known


def name_of_host(host: str) -> str:
    """Return the name in a Host header in small letters and without a port, '' for none.

    >>> name_of_host("Try.Example.com:8000"), name_of_host("[::1]:80"), name_of_host("a/b")
    ('try.example.com', '::1', '')
    """
    named = _HOST.fullmatch(host.lower())
    return named[1].strip("[]") if named else ""


def own_host() -> str:
    """Return the host of a test's own at which this was asked, '' at the team's."""
    host: str = request.environ.get(OWN_HOST, "")
    return host


def csp_nonce() -> str:
    """Return this response's nonce, made when first asked for: cacheable pages carry none."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def percent(rate: float | None, digits: int = 1) -> str:
    """A fraction as text; a dash for none.

    >>> percent(0.113)
    '11.3%'
    """
    return "–" if rate is None else f"{100 * rate:.{digits}f}%"


def number(value: float | None) -> str:
    """A count with thousands set apart; a dash for none.

    >>> number(1204)
    '1,204'
    """
    return "–" if value is None else f"{value:,.0f}"


def number_of(count: int, one: str, several: str = "") -> str:
    """A count with its noun; without ``several`` more of it end in s.

    >>> number_of(1, "visitor"), number_of(1204, "visitor"), number_of(0, "person", "people")
    ('1 visitor', '1,204 visitors', '0 people')
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def net_url() -> str:
    """Return the address of the help on how this instance gets an address for everybody."""
    return url_for("help.page", topic="deploy", _anchor="from-a-laptop-to-try-it")


def unreachable() -> str:
    """Return why strangers can't well open our pages, '' when they can."""
    return why_unreachable(runtime().settings.base_url)


def day(value: datetime | None) -> str:
    """A date as people write it, or nothing: 3 March 2027."""
    return "" if value is None else f"{value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """A point in time in UTC: 3 March 2027, 14:05 UTC."""
    return "" if value is None else f"{day(value)}, {value:%H:%M} UTC"


def ago(value: datetime) -> str:
    """How long ago this was, as people say it; a month ago or longer, its day."""
    minutes = int((clock.now() - value).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{number_of(minutes, 'minute')} ago"
    if minutes < 24 * 60:
        return f"{number_of(minutes // 60, 'hour')} ago"
    days = minutes // (24 * 60)
    return f"{number_of(days, 'day')} ago" if days < 30 else day(value)


def _check_host() -> ResponseReturnValue | None:
    if own_host() or request.path in ANY_HOST or is_known_host(request.host, runtime().hosts):
        return None
    return error_page(421)


def _take_longer_bodies() -> None:
    """Let a view that names a ``longest_body`` be sent that many bytes, before the form is read."""
    longest: int | None = getattr(_view(), "longest_body", None)
    if longest is not None and request.method in WITH_BODY:
        request.max_content_length = longest


def _view() -> object:
    return current_app.view_functions.get(request.endpoint or "")


def _keep_nul_out_of_address() -> ResponseReturnValue | None:
    """Keep out the one character that PostgreSQL cannot store and no keyboard types."""
    if "\0" in request.path or _has_nul(request.args):
        return error_page(400, "The address holds a character that no address has.")
    return None


def _keep_nul_out_of_form() -> ResponseReturnValue | None:
    """Put the mark of a lost character in its place, as a browser shows it.

    So the form can say at its field what is wrong, with the text kept. Programs send no forms.
    """
    if request.path.startswith(API_PREFIX):
        return None
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


def _add_headers(response: Response) -> Response:
    # The log-in carries such an address along, to lead back.
    shown = request.path, request.args.get("next", "")
    if any(address.startswith(SECRET_ADDRESSES) for address in shown):
        response.headers["Referrer-Policy"] = "no-referrer"
    is_https = runtime().settings.is_https
    for name, value in security_headers(is_https).items():
        response.headers.setdefault(name, value)
    if "Content-Security-Policy" not in response.headers:
        nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
        response.headers["Content-Security-Policy"] = CONTENT_POLICY.format(nonce=nonce)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex")
    return response


def as_csv(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Return the rows as lines of CSV, one at a time, so that any number can be streamed."""
    for row in rows:
        line = io.StringIO()
        # Every cell is quoted, so that no program splits one at another separator.
        csv.writer(line, quoting=csv.QUOTE_ALL).writerow([_defused(cell) for cell in row])
        yield line.getvalue()


def as_ndjson(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Return the records as lines of JSON, one at a time."""
    for record in records:
        yield json.dumps(record, ensure_ascii=False) + "\n"


def send_file(lines: Iterator[str], name: str, mimetype: str = "text/csv") -> Response:
    """Return the lines as a file to download, sent while they are made.

    That begins when the request is over and its session closed: lines that read the database begin
    a session of their own, and know rows of the request by what was read of them by then.
    """
    answer = Response(stream_with_context(_in_pieces(lines)), mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _in_pieces(lines: Iterator[str]) -> Iterator[str]:
    """Return the same text in fewer pieces: to hand one over costs more than to make a line."""
    while piece := "".join(islice(lines, LINES_AT_ONCE)):
        yield piece


def _defused(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    within = _WITHIN.sub("'", cell)
    is_risky = cell[:1].isspace() or cell.startswith(FORMULA)
    return f"'{within}" if is_risky else within


class Page(NamedTuple):
    """A page of a list, counted from 1, of so many; each holds so many entries ``at_once``."""

    number: int
    pages: int
    at_once: int

    @property
    def first(self) -> int:
        """The place of the first entry, counted from 0."""
        return (self.number - 1) * self.at_once

    @property
    def end(self) -> int:
        """The place after the last entry that may be on it."""
        return self.number * self.at_once


def page_of(count: int, at_once: int, asked: int) -> Page:
    """Return the page that is asked for; one too far is the last one.

    >>> page_of(101, 50, 9), page_of(0, 50, -3)
    (Page(number=3, pages=3, at_once=50), Page(number=1, pages=1, at_once=50))
    """
    pages = max(-(-count // at_once), 1)
    return Page(min(max(asked, 1), pages), pages, at_once)


def serve_static(app: Flask, folder: Path) -> None:
    """Answer static files before Flask is asked, with the headers of every other answer."""
    files = copy(_read_static(folder, is_https=runtime(app).settings.is_https))
    files.application = app.wsgi_app
    app.wsgi_app = files  # type: ignore[method-assign]


@cache
def _read_static(folder: Path, *, is_https: bool) -> WhiteNoise:
    """Return what answers static files, in front of no app; they are read once a process."""
    ours = security_headers(is_https) | {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"
    }

    def add_headers(headers: MutableMapping[str, str], _path: str, url: str) -> None:
        for name, value in ours.items():
            headers[name] = value
        if url == ICON_URL:
            headers["Cache-Control"] = f"max-age={ICON_MAX_AGE_S}, public"

    files = WhiteNoise(
        None,
        root=folder,
        prefix="static",
        max_age=MAX_AGE_S,
        allow_all_origins=False,
        add_headers_function=add_headers,
        immutable_file_test=lambda _path, url: bool(VERSIONED.search(url)),
    )
    files.add_file_to_dictionary(ICON_URL, str(folder / "favicon.ico"))
    return files


def shorten(text: str) -> str:
    """Return a style sheet or script without comments and indentation; lines stay.

    >>> shorten("a {\\n  color: red; /* why */\\n}\\n")
    'a {\\ncolor: red;\\n}'
    """
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())


def log_slow_requests(app: Flask, slow_ms: int) -> None:
    """Time each request and count its statements. 0 does neither.

    The log names the endpoint, not the address: some addresses are secrets.
    """
    if not slow_ms:
        return
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", _count_statement)

    @app.before_request
    def begin() -> None:
        g.begun, g.statements = time.perf_counter(), 0

    @app.after_request
    def note(response: Response) -> Response:
        # A request that another check turned away first has no beginning.
        if "begun" in g:
            took = 1000 * (time.perf_counter() - g.begun)
            if took > slow_ms:
                log.warning(
                    "slow: %s took %.0f ms and %d statements", request.endpoint, took, g.statements
                )
        return response


def _count_statement(*_: object) -> None:
    if has_request_context() and "statements" in g:
        g.statements += 1
