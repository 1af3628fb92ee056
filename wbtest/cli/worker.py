"""The background worker: alone as `wbtest worker`, or kept alive beside the web processes."""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import click
from flask import Flask

from wbtest import create_app
from wbtest.cli.startup import closed_at_the_end, in_use, opened, start_logging
from wbtest.config import Settings
from wbtest.delivery.worker import work
from wbtest.extensions import Now, runtime, utc_now
from wbtest.team.audit import WORKER

log = logging.getLogger(__name__)
PAUSE_SECONDS = 3.0
PATIENCE_SECONDS = 8.0
RETRY_SECONDS = 1.0


class SharedApp:
    """``app`` is made here, and a fork finds it made: each page of memory is there once.

    Nothing may be open in it when a process is forked. One that is not a fork is handed the
    settings and the clock, and makes its own; so ``now`` must be picklable.
    """

    def __init__(self, settings: Settings, now: Now) -> None:
        self._parts = settings, now
        self.app: Flask = create_app(settings, now)
        # Or each process would do it again.
        self.app.url_map.update()

    def __reduce__(self) -> tuple[type["SharedApp"], tuple[Settings, Now]]:
        return SharedApp, self._parts


@click.command()
def worker() -> None:
    """Send email and run the nightly jobs until stopped.

    `wbtest serve` starts one by itself.
    """
    run_worker(os.environ)


def run_worker(environ: Mapping[str, str], now: Now = utc_now) -> None:
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


# A fork shares what is loaded by now; the libraries of macOS forbid it.
if sys.platform == "darwin":
    _context = multiprocessing.get_context("spawn")
else:
    _context = multiprocessing.get_context("fork")


class Background:
    """A process that starts with the block, ends with it, and from ``watch`` on is replaced when it
    ends.

    It does ``work``, which must be picklable, and uses nothing that is open here. To watch takes a
    thread: fork other processes first.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._is_ending = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="background", daemon=True)

    def __enter__(self) -> Self:
        self._process = self._spawn()
        return self

    def watch(self) -> None:
        """Start another process whenever this one ends, until the block does."""
        self._keeper.start()

    def __exit__(self, *_: object) -> None:
        self._is_ending.set()
        self._process.terminate()
        if self._keeper.ident is None:
            # Nobody watched it, but somebody has to wait for its end.
            self._keeper.start()
        self._keeper.join(PATIENCE_SECONDS)
        if self._keeper.is_alive():
            self._process.kill()
            self._keeper.join()

    def _spawn(self) -> multiprocessing.process.BaseProcess:
        process = _context.Process(target=_start_apart, args=(self._work,), daemon=True)
        process.start()
        return process

    def _keep(self) -> None:
        while True:
            self._process.join()
            if self._is_ending.is_set():
                return
            log.error(
                "the background worker ended with %s; starting another", self._process.exitcode
            )
            if self._is_ending.wait(PAUSE_SECONDS):
                return
            wait_for_process(self._is_ending.is_set)
            if self._is_ending.is_set():
                return
            self._process = self._spawn()


def wait_for_process(is_over: Callable[[], bool]) -> None:
    """Wait until the system can make another process, or ``is_over()``.

    Where the limit of processes or memory is reached for a while, a fork raises OSError.
    """
    while not is_over():
        try:
            pid = os.fork()
        except OSError as error:
            log.error("no process can be started, trying again: %s", error)
            time.sleep(RETRY_SECONDS)
            continue
        if not pid:
            os._exit(0)
        # Where ends of processes are ignored it leaves nothing to ask for.
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
        return


def _start_apart(work: Callable[[], None]) -> None:
    # A group of its own: Ctrl-C goes to the one in front, which then ends this one in order.
    os.setpgid(0, 0)
    for number in (signal.SIGTERM, signal.SIGINT):
        # Those of the one in front would swallow it.
        signal.signal(number, signal.SIG_DFL)
    name_process("wbtest worker")
    work()


def name_process(name: str) -> None:
    """Let `ps` and `top` tell this process from others that run the same command, on Linux."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name)
