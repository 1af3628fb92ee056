"""Log the requests that take longer than ``WBTEST_SLOW_MS``, with their SQL statements."""

import logging
import time

import sqlalchemy as sa
from flask import Flask, Response, g, has_request_context, request

from wbtest.extensions import db

log = logging.getLogger(__name__)


def init_app(app: Flask, slow_ms: int) -> None:
    """Time each request and count its statements. 0 does neither.

    The log names the endpoint, not the address: some addresses are secrets.
    """
    if not slow_ms:
        return
    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", _count)

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


def _count(*_: object) -> None:
    if has_request_context() and "statements" in g:
        g.statements += 1
