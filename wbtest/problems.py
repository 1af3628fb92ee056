"""Errors for programs: problem details (RFC 9457) instead of pages, wherever ``/api`` begins.

Knows no model, like the error pages: it must answer when the database is gone.
"""

import json
from collections.abc import Mapping

from flask import Response, request

BEGINS = "/api/"
# Pages for people that lie there too.
PAGES = ("/api/docs",)
MIME_TYPE = "application/problem+json"
TITLES = {
    400: "That request does not fit",
    401: "Who are you",
    403: "Your role does not allow this",
    404: "Nothing here",
    405: "That does not work here",
    406: "That kind of file is not made",
    409: "Not now",
    410: "This is over",
    412: "Somebody was faster",
    413: "That is too much at once",
    415: "That format is not read here",
    421: "Wrong address",
    422: "Please check what you typed",
    429: "Too many tries",
    500: "Something broke on our side",
    503: "Please try again in a minute",
}
# What a program is told, where a person would read a page.
SENTENCES = {
    400: "The request cannot be read. /api/docs says what belongs in it.",
    401: "Send a token of this team: Authorization: Bearer wbt_… An owner makes one.",
    403: "The role of the token’s maker does not allow this.",
    404: "Nothing is here, or it is not yours to see.",
    405: "This address does not know that method; the header Allow lists those it knows.",
    413: "Send less at once.",
    415: "Send JSON as application/json, not compressed.",
    500: "What was stored before is safe. Tell whoever runs this server the error_id.",
    503: "Nothing was stored. Try again in a minute.",
}


def are_wanted() -> bool:
    """Whether a program asked."""
    return request.path.startswith(BEGINS) and request.path not in PAGES


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
    told = sentence or SENTENCES.get(status, "Change the request and send it once more.")
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
