"""`wbtest demo`: five ideas and real visits, made once, then served."""

import fcntl
import os
import secrets
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import click
from flask import Flask
from urllib3.exceptions import NewConnectionError, ProtocolError

from wbtest import create_app, database
from wbtest.cli.demo import crowd, story
from wbtest.cli.demo.world import DemoClock, MailSink, World
from wbtest.cli.serve import Work, check_port, prepare, run
from wbtest.cli.worker import SharedApp, work_beside
from wbtest.config import BadSetting, from_environment
from wbtest.extensions import db
from wbtest.store import StoreBroken

HOST = "127.0.0.1"
# The first that is free, where nobody names one.
PORTS = range(8000, 8010)
ANSWER_SECONDS = 30
THREADS = 8
# Where the mails of the demo end.
MAILS = "mails"
LOOK_SECONDS = 0.2


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help=f"Where to serve (default: the first free port from {PORTS[0]} on).",
)
@click.option("--visitors", default=6000, show_default=True, type=click.IntRange(100, 1_000_000))
@click.option("--no-serve", is_flag=True, help="Create the data, then stop.")
def demo(port: int | None, visitors: int, no_serve: bool) -> None:
    """Serve five ideas. The first run plays through their seven weeks."""
    folder = Path(os.environ.get("WBTEST_INSTANCE") or "instance") / "demo"
    if no_serve and told_in(folder).exists():
        click.echo("The demo’s data already exists.")
        return
    with alone_in(folder):
        _show(folder, free_port(port), visitors, no_serve)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the demo of this folder. Raises StoreBroken while another process has it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, which is removed where it holds half a demo.
    with folder.with_name("demo.lock").open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBroken(
                f"The demo in {folder} is already running. Use it, or end it with Ctrl-C first."
            ) from error
        yield


def free_port(asked: int | None) -> int:
    """The port that was asked for, or the first free one, said aloud where it isn't the usual.

    Raises BadSetting where there is none.
    """
    for port in PORTS if asked is None else (asked,):
        try:
            check_port(HOST, port)
        except BadSetting:
            if port in (asked, PORTS[-1]):
                raise
        else:
            break
    if asked is None and port != PORTS[0]:
        click.echo(f"Port {PORTS[0]} is taken, so the demo is on port {port}.")
    return port


def _show(folder: Path, port: int, visitors: int, no_serve: bool) -> None:
    """Make the demo, unless it is there whole, and serve it."""
    done = told_in(folder)
    if folder.exists() and not done.exists():
        shutil.rmtree(folder)
    with MailSink(folder / MAILS) as sink:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("WBTEST_")}
        environ |= {
            "WBTEST_INSTANCE": str(folder),
            "WBTEST_BASE_URL": f"http://{HOST}:{port}",
            "WBTEST_WORKERS": "2",
            # The visitors' networks are named in a header, as a proxy would.
            "WBTEST_TRUSTED_PROXIES": "1",
            "WBTEST_MAIL_URL": sink.url,
        }
        settings = from_environment(environ)
        clock = DemoClock(settings.instance / "clock")
        then = partial(_print, done, port)
        if not done.exists():
            prepare(settings, clock)
            app = create_app(settings, clock)
            world = World(clock, datetime.now(UTC), secrets.token_urlsafe(9))
            story.begin(app, world)
            _close(app)
            then = partial(_tell, app, world, port, visitors, no_serve)

        def start_threads() -> None:
            sink.start()
            threading.Thread(target=then, daemon=True).start()

        run(environ, HOST, port, clock, work_after(done), start_threads)
    if not done.exists():
        click.echo("wbtest: the demo isn’t finished. Start it again to make it.", err=True)
        sys.exit(1)


def _close(app: Flask) -> None:
    """Let go of the database: nothing that is open here may reach the processes to come."""
    with app.app_context():
        db.engine.dispose()


def _tell(app: Flask, world: World, port: int, visitors: int, no_serve: bool) -> None:
    """Tell the story while the server runs, then say where to look; end it if that fails."""
    done = told_in(Path(app.instance_path))
    is_over = no_serve
    try:
        _wait_for(port)
        door = crowd.Door(port, THREADS)
        with closing(door), ThreadPoolExecutor(THREADS) as pool:
            steps = story.steps(app, world, door, pool, visitors)
            label = f"{visitors:,} visitors in {story.FIRST_DAY} days"
            with click.progressbar(steps, label=label) as bar:
                for step in bar:
                    step()
        world.clock.keep_real_time()
        done.write_text(story.finish(app, world))
        _print(done, port)
    except (NewConnectionError, ProtocolError):
        # As a rule it was told to, by Ctrl-C.
        is_over = True
        click.echo("wbtest: the server ended before the demo was made.", err=True)
    except Exception as error:
        is_over = True
        click.echo(f"wbtest: could not create the demo: {error}", err=True)
    finally:
        if is_over:
            os.kill(os.getpid(), signal.SIGTERM)


def told_in(folder: Path) -> Path:
    """The file that says where to look, once the story is told whole.

    Named by the schema: a demo of another one is told again, for there is nothing to lose.
    """
    return folder / f"ready-{database.head_revision()}"


def _wait_for(port: int) -> None:
    """Wait until the server answers. Raises TimeoutError when it does not."""
    until = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < until:
        connection = HTTPConnection(HOST, port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            threading.Event().wait(0.1)
        finally:
            connection.close()
    raise TimeoutError(f"the server did not answer within {ANSWER_SECONDS} s")


def _print(done: Path, port: int) -> None:
    """Say where to look, as it was written down when the story was told."""
    text = done.read_text().replace(story.HERE, f"http://{HOST}:{port}")
    click.echo(f"\n{text}\n  {'Its emails':15}{done.parent / MAILS}\n")


def work_after(done: Path) -> Work:
    """What the worker does: wait for this file, then work; end with the parent process.

    The worker lives by the machine's clock. While the story is in the past, it would end tests
    whose last day is still to come there.
    """
    return partial(_wait_and_work, done)


def _wait_and_work(done: Path, shared: SharedApp, parent: int) -> None:
    # As long as it only waits, it has nothing to finish.
    while not done.exists():
        if os.getppid() != parent:
            return
        time.sleep(LOOK_SECONDS)
    work_beside(shared, parent)
