"""`wbtest serve`: creates the tables where there are none, then serves and works."""

import errno
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any
from wsgiref.types import WSGIApplication

import click
from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from wbtest import create_app, database
from wbtest.cli.startup import check_not_lost, check_store, closed_at_the_end, in_use, start_logging
from wbtest.cli.worker import Background, SharedApp, name_process, wait_for_process, work_beside
from wbtest.config import BadSetting, Settings, database_in, from_environment, keep_secret
from wbtest.delivery import backups
from wbtest.extensions import Now, runtime, utc_now
from wbtest.request_bodies import RequestBodies
from wbtest.team.people import has_owner
from wbtest.team.settings import make_setup_link

log = logging.getLogger(__name__)

# What the background worker does: it is given the app, and the process that it works for.
Work = Callable[[SharedApp, int], None]
# Sign-ups wait for the disk together: the more of them a process may hold, the less each costs.
THREADS = 16
# How long a web process may take to finish what it is doing; the recorder gives up before that.
PATIENCE_SECONDS = 25
# So many web processes may fall within so long before we take it for a fault of our own and end.
MOST_FALLS, FALLS_SECONDS = 20, 60.0
# How soon a signal is handled that the kernel gave to another thread than the main one.
LOOK_SECONDS = 1.0


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Web processes (default: WBTEST_WORKERS)."
)
def serve(host: str, port: int, workers: int | None) -> None:
    """Serve this instance until Ctrl-C; the first time, create its tables."""
    environ = dict(os.environ)
    environ.setdefault("WBTEST_BASE_URL", f"http://{_reachable(host)}:{port}")
    if workers:
        environ["WBTEST_WORKERS"] = str(workers)
    run(environ, host, port)


def run(
    environ: Mapping[str, str],
    host: str,
    port: int,
    now: Now = utc_now,
    work: Work = work_beside,
    after_forks: Callable[[], None] = lambda: None,
) -> None:
    """Serve the instance of these settings until SIGTERM, Ctrl-C or the end of the terminal.

    ``now`` is the clock of the web processes, ``work`` what the background worker does; both must
    be picklable. ``after_forks`` is called once the web processes are made: threads of the caller
    begin there, or whatever lock they hold would stay locked in a fork.

    Raises BadSetting or StoreBroken before the first request.
    """
    settings = from_environment(environ)
    start_logging(settings.log_format)
    with in_use(settings):
        shared = SharedApp(settings, now)
        link = _prepare(shared.app, is_served=True)
        if link:
            _tell_of_another_database(settings)
        check_port(host, port)
        # The web processes and the worker are forks. What is loaded by now they share with us, as
        # long as nobody writes to it, and looking for garbage would.
        gc.collect()
        gc.freeze()

        background = Background(partial(work, shared, os.getpid()))

        def start_threads() -> None:
            background.watch()
            _announce(settings, host, port, link)
            after_forks()

        server = ForkingServer(
            start_threads,
            "wbtest",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=settings.workers,
            # THREADS from ``startup`` on.
            blocking_threads=1,
            respawn_failed_workers=True,
            workers_kill_timeout=PATIENCE_SECONDS,
            log_level=LogLevels.warning,
        )
        # granian would take a closed terminal for a request to restart its workers.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
        with background:
            server.serve(
                target_loader=partial(make_web_app, shared, os.getpid()), wrap_loader=False
            )


class ForkingServer(MPServer):
    """A server that calls ``after_forks`` once its web processes are made.

    They are forks: whatever lock a thread of ours holds meanwhile, that of a module which it is
    just loading, say, would stay locked in them for good.
    """

    def __init__(self, after_forks: Callable[[], None], *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self.main_loop_interrupt: Any = Interrupt()
        self._after_forks = after_forks
        self._falls: list[float] = []

    def startup(self, *args: Any) -> None:
        # Named only now: granian warns of more than two a core, but ours mostly wait for the disk.
        self.blocking_threads = THREADS
        with _sigterm_blocked():
            super().startup(*args)  # type: ignore[no-untyped-call]
        self._after_forks()

    def _is_told_to_end(self) -> bool:
        return bool(self.interrupt_signal)

    def _respawn_workers(self, *args: Any, **parts: Any) -> None:
        """Replace what fell. granian would end at the second fall within 5.5 s.

        But when memory is short the kernel may well kill one of ours twice. Until the system has
        a process to give we wait: an error here would end us without those that run.
        """
        wait_for_process(self._is_told_to_end)
        try:
            with _sigterm_blocked():
                super()._respawn_workers(*args, **parts)
        except (OSError, RuntimeError):
            if not self._is_told_to_end():
                raise
        now = time.monotonic()
        self._falls = [at for at in self._falls if now - at < FALLS_SECONDS] + [now]
        if len(self._falls) < MOST_FALLS:
            self.respawned_wrks.clear()


@contextmanager
def _sigterm_blocked() -> Iterator[None]:
    """Keep a SIGTERM until the end of the block; a process made in it, until it waits for one.

    Such a process has our handlers at first, and they would swallow it there.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


class Interrupt:
    """What the main thread waits for in granian; here it wakes now and then.

    Only the main thread runs Python's handlers of signals. One that is given to another thread,
    which may happen while threads start, would not wake it.
    """

    def __init__(self) -> None:
        # A handler may set it amid each of these steps, those of another handler included. Only
        # this queue is made for that: with a lock of ``threading`` its thread waits for itself.
        self._is_set = False
        self._sets: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        self._is_set = True
        self._sets.put(None)

    def clear(self) -> None:
        self._is_set = False

    def wait(self) -> None:
        while not self._is_set:
            with suppress(Empty):
                self._sets.get(timeout=LOOK_SECONDS)


def prepare(settings: Settings, now: Now = utc_now) -> str:
    """Create or upgrade the tables; return the set-up link, '' when there is an owner."""
    return _prepare(create_app(settings, now))


def _prepare(app: Flask, *, is_served: bool = False) -> str:
    settings = runtime(app).settings
    # Nothing that is open here may reach the processes that are made next.
    with app.app_context(), closed_at_the_end():
        check_store(settings, may_be_earlier=True)
        if is_served:
            check_not_lost(settings)
        if not database.is_schema_current():
            _keep_what_is_there(settings)
            database.create_schema()
        if settings.is_secret_new:
            keep_secret(settings.instance)
        return "" if has_owner() else f"{settings.base_url}/setup/{make_setup_link()}"


def _keep_what_is_there(settings: Settings) -> None:
    """Copy a SQLite database before its upgrade: the earlier release cannot read it afterwards."""
    if settings.is_sqlite and not database.is_empty():
        kept = backups.back_up(settings, backups.REPLACED, runtime().now())
        log.warning("the database is upgraded; what was there before is kept in %s", kept)


def _tell_of_another_database(settings: Settings) -> None:
    """Warn an operator who has just named a new database, and may expect the old data in it."""
    file = database_in(settings.instance)
    if settings.database_file != file and file.exists():
        log.warning(
            "nobody is in the database of WBTEST_DATABASE_URL yet, and %s is not read; "
            "docs/publish.md, Move it, says how everything comes along",
            file,
        )


def make_web_app(shared: SharedApp, parent: int) -> WSGIApplication:
    """Return what one web process calls for each request, inside that process."""
    _hear_one_signal()
    name_process("wbtest web")
    # What is there now stays: the collector need not look at it again and again, nor so often.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    # The recorder asks for the interpreter's lock after each statement. The usual 5 ms, thirty
    # times a group, would make every sign-up wait while other threads are busy.
    sys.setswitchinterval(0.001)
    threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()
    # Visitors who come while the first of them has the pages read would be told to come back.
    runtime(shared.app).pages.look()
    return RequestBodies(shared.app.wsgi_app, THREADS)


def _hear_one_signal() -> None:
    """Let granian hear of the first SIGTERM only: a second one while it shuts down hangs it.

    Two come when a terminal or a service manager signals every process and our parent does, too.
    """
    # A group of its own: Ctrl-C goes to the parent, which then ends us in order.
    os.setpgid(0, 0)
    # Until granian sets its own handlers, those of the parent would swallow a signal.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main = threading.get_ident()

    def pass_on_the_first() -> None:
        signal.sigwait({signal.SIGTERM})
        # granian takes it for the same wish.
        signal.pthread_kill(main, signal.SIGINT)
        while True:
            signal.sigwait({signal.SIGTERM})

    threading.Thread(target=pass_on_the_first, name="signals", daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone, even if it was killed."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(1.0)
    os.kill(os.getpid(), signal.SIGTERM)


def check_port(host: str, port: int) -> None:
    """Raise BadSetting when we cannot listen there; granian would share the port unasked."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadSetting(
                f"Cannot listen on {host}, port {port} ({error.strerror}). {_way_out(error, port)}"
            ) from error


def _way_out(error: OSError, port: int) -> str:
    """What to do where we cannot listen."""
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return f"Choose another: --port {other} (with make: PORT={other})"
    if error.errno == errno.EACCES:
        return "Take one above 1023, and let a proxy have this one: docs/publish.md"
    return "Name an address of this machine with --host"


def _announce(settings: Settings, host: str, port: int, link: str) -> None:
    """Print where we are as soon as we answer there."""

    def wait_and_print() -> None:
        pause = threading.Event()
        for _ in range(300):
            try:
                socket.create_connection((_reachable(host).strip("[]"), port), timeout=1).close()
                break
            except OSError:
                pause.wait(0.1)
        click.echo(f"wbtest answers at {settings.base_url}")
        # Started in another folder, it would begin an empty one there.
        if settings.database_file:
            click.echo(f"Data: {settings.database_file.parent}")
        if link:
            click.echo(f"First visit, works once: {link}")
        click.echo("Ctrl-C ends it.")

    threading.Thread(target=wait_and_print, name="announce", daemon=True).start()


def _reachable(host: str) -> str:
    """The address under which a browser on this machine finds a server that listens on ``host``."""
    near = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared, not bound
    return near.get(host, f"[{host}]" if ":" in host else host)
