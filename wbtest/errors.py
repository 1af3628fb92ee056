"""Errors as answers: a page for a person, problem details (RFC 9457) for a program below ``/api``.

Knows no model: it must answer when the database is gone.
"""

import errno
import json
import logging
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec
from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import HTTPException

from wbtest.database import is_away
from wbtest.store import Refused

API_PREFIX = "/api/"
# Pages for people that lie there too.
API_PAGES = ("/api/docs",)
MIME_TYPE = "application/problem+json"
_TEXTS = msgspec.toml.decode(
    Path(__file__).with_suffix(".toml").read_bytes(), type=dict[str, dict[int, str]]
)
TITLES, SENTENCES = _TEXTS["titles"], _TEXTS["sentences"]
log = logging.getLogger(__name__)
NOT_OUTSIDE = "The address may be mistyped, or nobody has opened the page yet. Ask who sent you."
VANISHED = (
    "Somebody deleted it meanwhile, or changed what you may do here. Go back and reload the page."
)
# Pages for people outside the team: a wrong address there does not lead to its log-in.
OUTSIDE = ("/p/", "/shared/")
# What the drivers call a row that points at none: SQLite's name, and PostgreSQL's number.
MISSING_ROW = ("SQLITE_CONSTRAINT_FOREIGNKEY", "23503")
RETRY = {"Retry-After": "10"}


def wants_problem() -> bool:
    """Whether a program asked."""
    return request.path.startswith(API_PREFIX) and request.path not in API_PAGES


def problem(
    status: int,
    title: str,
    sentence: str,
    headers: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    error_id: str = "",
) -> Response:
    """Return an error as problem details; ``errors`` says it at the field it is about.

    Only a fault of ours carries an id: two answers of "not here" shall be the same to the byte.
    """
    told = sentence or _TEXTS["program_sentences"].get(
        status, "Change the request and send it once more."
    )
    values: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": told,
    }
    if faults:
        values["errors"] = {field: [fault] for field, fault in faults.items()}
    if status >= 500:
        values["error_id"] = error_id
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"
    response = Response(body, status, mimetype=MIME_TYPE)
    response.headers.extend(headers or {})
    if status == 401:
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="wbtest"')
    return response


def init_app(app: Flask) -> None:
    """Answer every error with a page or with JSON."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(DBAPIError, _database_refused)
    app.register_error_handler(NoConnection, _store_failed)
    app.register_error_handler(ObjectDeletedError, _vanished)
    app.register_error_handler(StaleDataError, _vanished)
    app.register_error_handler(IntegrityError, _contradicted)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _broken)


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
    if wants_problem():
        response = problem(status, title, sentence, headers, faults, error_id)
    else:
        response = _page(status, title, sentence, headers, error_id)
    if status >= 500:
        log.error("error %s: %s %s gave %s", error_id, request.method, _loggable_path(), status)
    return response


def wait_of(error: Refused) -> dict[str, str]:
    """Return the header that says when to come back, where it is worth it."""
    return {"Retry-After": str(error.seconds)} if error.status in (429, 503) else {}


def _page(
    status: int, title: str, sentence: str, headers: Mapping[str, str] | None, error_id: str
) -> Response:
    is_outside = request.path.startswith(OUTSIDE)
    sentences = {**SENTENCES, 404: NOT_OUTSIDE} if is_outside else SENTENCES
    body = render_template(
        "error.html",
        status=status,
        title=title,
        sentence=sentence or sentences.get(status, "Go back and try once more."),
        error_id=error_id,
        next_url="" if is_outside else "/",
        next_label="Home page",
    )
    return Response(body, status, dict(headers or {}), mimetype="text/html")


def _loggable_path() -> str:
    """The path without what makes an address a secret: who reads a log must not open a link."""
    token = (request.view_args or {}).get("token", "")
    return request.path.replace(token, "…") if token else request.path


def _refused(error: Refused) -> Response:
    faults = error.faults or ({error.field: str(error)} if error.field else {})
    return error_page(error.status, str(error), wait_of(error), error.title, faults)


def _csrf_failed(_error: CSRFError) -> Response:
    return error_page(
        400,
        "This form was open for too long. Go back and copy what you typed; then reload the page, "
        "and send it once more.",
    )


def _store_failed(error: SQLAlchemyError) -> Response:
    log.exception("the store failed", exc_info=error)
    return error_page(503, headers=RETRY)


def _database_refused(error: DBAPIError) -> Response:
    return _store_failed(error) if is_away(error) else _broken(error)


def _vanished(error: Exception) -> Response:
    """A row that this request had read or pointed at is gone, by what somebody did meanwhile."""
    log.warning("a row was gone by the time it was needed", exc_info=error)
    return error_page(404, VANISHED)


def _contradicted(error: IntegrityError) -> Response:
    driver = error.orig
    name = getattr(driver, "sqlite_errorname", "") or getattr(driver, "sqlstate", "")
    return _vanished(error) if name in MISSING_ROW else _broken(error)


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
