"""`wbtest demo`: a workspace with three tests and real visits, made once, then served."""

import os
import secrets
import shutil
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import click
from flask import Flask

from wbtest import create_app
from wbtest.cli.demo import crowd, meanwhile, story
from wbtest.cli.demo.clock import DemoClock
from wbtest.cli.serve import prepare, run
from wbtest.config import from_environment

ANSWER_SECONDS = 30


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--visitors", default=6000, show_default=True, type=click.IntRange(100, 1_000_000))
@click.option("--no-serve", is_flag=True, help="End when the data is there.")
def demo(port: int, visitors: int, no_serve: bool) -> None:
    """Serve a workspace with three tests; the first time, send twelve days of visitors to it."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("WBTEST_")}
    folder = Path(os.environ.get("WBTEST_INSTANCE") or "instance") / "demo"
    done = folder / "ready"
    is_new = not done.exists()
    if is_new and folder.exists():
        shutil.rmtree(folder)
    environ |= {
        "WBTEST_INSTANCE": str(folder),
        "WBTEST_BASE_URL": f"http://127.0.0.1:{port}",
        "WBTEST_WORKERS": "2",
        # The visitors' networks are named in a header, as a proxy would.
        "WBTEST_TRUSTED_PROXIES": "1",
    }
    settings = from_environment(environ)
    clock = DemoClock(settings.instance / "clock")
    if is_new:
        password = secrets.token_urlsafe(9)
        (folder / "password").write_text(password)
        prepare(settings, clock)
        app = create_app(settings, clock)
        start = datetime.now(UTC) - timedelta(days=story.DAYS)
        story.write(app, clock, start, password)
        threading.Thread(
            target=_send_visitors, args=(app, clock, start, port, visitors, no_serve), daemon=True
        ).start()
    elif no_serve:
        click.echo("The demo's data is there already.")
        return
    else:
        _print_addresses(port, folder)
    run(environ, "127.0.0.1", port, clock)
    if not done.exists():
        sys.exit(1)


def _send_visitors(
    app: Flask, clock: DemoClock, start: datetime, port: int, visitors: int, no_serve: bool
) -> None:
    """Send the visitors while the server runs, then say where to look; end it if that fails."""
    folder = Path(app.instance_path)
    is_over = no_serve
    try:
        _wait_for(port)
        with click.progressbar(
            length=len(story.SLOTS), label=f"{visitors:,} visitors in {story.DAYS} days"
        ) as bar:
            story.visit(app, clock, start, crowd.Door(port), visitors, lambda: bar.update(1))
        clock.keep_real_time()
        meanwhile.write_down(app, start)
        (folder / "ready").touch()
        _print_addresses(port, folder)
    except Exception as error:
        is_over = True
        click.echo(f"wbtest: the demo could not be made: {error}", err=True)
    finally:
        if is_over:
            os.kill(os.getpid(), signal.SIGTERM)


def _wait_for(port: int) -> None:
    """Wait until the server answers. Raises TimeoutError when it does not."""
    until = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < until:
        connection = HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            threading.Event().wait(0.1)
        finally:
            connection.close()
    raise TimeoutError(f"the server did not answer within {ANSWER_SECONDS} s")


def _print_addresses(port: int, folder: Path) -> None:
    here = f"http://127.0.0.1:{port}"
    click.echo(
        f"""
  Public page    {here}/p/larder
  Log in         {here}/login
                 {story.OWNER}  {(folder / "password").read_text()}
  The review     {here}/releases/1/revisions/5
  Target met     {here}/experiments/1/results
  Not enough     {here}/experiments/2/results
  Split broken   {here}/experiments/3/results
"""
    )
