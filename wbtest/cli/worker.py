"""`wbtest worker`: the background worker alone, for a deployment of several machines."""

import os
import signal
import threading
from collections.abc import Callable, Mapping

import click
from flask import Flask

from wbtest.cli.instance import closed_at_the_end, in_use, opened
from wbtest.cli.logs import start_logging
from wbtest.cli.shared import SharedApp
from wbtest.delivery.worker import work
from wbtest.extensions import Now, utc_now
from wbtest.runtime import runtime
from wbtest.team.audit import WORKER


@click.command()
def worker() -> None:
    """Send mail and run the nightly jobs, until it is told to stop.

    `wbtest serve` starts one by itself.
    """
    run(os.environ)


def run(environ: Mapping[str, str], now: Now = utc_now) -> None:
    """Work until SIGTERM or Ctrl-C; what is begun is finished first."""
    stop = _told_to_stop()
    with opened(environ, now) as app:
        _work(app, stop)


def work_beside(shared: SharedApp, parent: int) -> None:
    """Work until SIGTERM, or until ``parent`` is gone: the process that looked at the store."""
    stop = _told_to_stop()
    app = shared.app
    settings = runtime(app).settings
    start_logging(settings.log_format)
    with app.app_context(), closed_at_the_end():
        _work(app, stop, lambda: os.getppid() != parent)


def _told_to_stop() -> threading.Event:
    """What is set by a signal from now on."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _work(app: Flask, stop: threading.Event, is_over: Callable[[], bool] = lambda: False) -> None:
    runtime(app).actor = WORKER
    with in_use(runtime(app).settings):
        work(app, stop, is_over)
