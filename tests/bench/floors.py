"""What a web process could do at most: constant answers of as many bytes as our page has."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

BODY = b"x" * int(os.environ.get("BENCH_BYTES", "6000"))
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))]

constant = Flask(__name__)


@constant.get("/")
def answer() -> tuple[bytes, dict[str, str]]:
    """The least that goes through Flask."""
    return BODY, {"Content-Type": "text/html; charset=utf-8"}


def raw(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The least that goes through the server."""
    start_response("200 OK", HEADERS)
    return [BODY]
