"""`wbtest worker`: the background worker alone, for a deployment of several machines."""

import os
import signal
import threading
from collections.abc import Mapping

import click

from wbtest.cli.instance import in_use, opened
from wbtest.config import Settings
from wbtest.delivery.worker import work
from wbtest.extensions import Now, utc_now
from wbtest.team.audit.log import WORKER


@click.command()
@click.option("--parent", type=int, hidden=True, help="End when this process is gone.")
def worker(parent: int | None) -> None:
    """Send mail and run the nightly jobs, until it is told to stop.

    `wbtest serve` starts one by itself.
    """
    run(os.environ, parent=parent)


def run(environ: Mapping[str, str], now: Now = utc_now, parent: int | None = None) -> None:
    """Work until SIGTERM or Ctrl-C; what is begun is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def is_orphan() -> bool:
        return parent is not None and os.getppid() != parent

    with opened(environ, now) as app:
        app.extensions["wbtest.actor"] = WORKER
        settings: Settings = app.extensions["wbtest.settings"]
        with in_use(settings):
            work(app, stop, is_orphan)
