"""An instance with one running page, ready to be served, on SQLite or on PostgreSQL."""

import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from tests.bench import page
from tests.drills.outcome import Broken
from wbtest import create_app
from wbtest.cli.serve import prepare
from wbtest.config import Settings, from_environment
from wbtest.extensions import Now, db, runtime, utc_now

ROOT = Path(__file__).parent.parent.parent
OURS = (sys.executable, "-m", "wbtest")


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of an instance, its database and the port on which it is served."""

    folder: Path
    database_url: str
    port: int
    more: Mapping[str, str] = field(default_factory=dict)
    slug: str = page.SLUG

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def environ(self) -> dict[str, str]:
        """That of its processes: ours, without the settings of somebody's own instance."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("WBTEST_")}
        return {
            **kept,
            "WBTEST_INSTANCE": str(self.folder),
            "WBTEST_DATABASE_URL": self.database_url,
            "WBTEST_BASE_URL": self.url,
            # The clients are the proxy: each visitor comes from an IP of their own.
            "WBTEST_TRUSTED_PROXIES": "1",
            # Each sign-up queues its mail; nobody listens there.
            "WBTEST_MAIL_URL": "smtp://127.0.0.1:1",
            "PYTHONUNBUFFERED": "1",
            **self.more,
        }

    def engine(self) -> sa.Engine:
        """A way past all of our code to the rows."""
        return sa.create_engine(self.database_url, poolclass=sa.NullPool)

    def run(self, *arguments: str, seconds: float = 120) -> "subprocess.CompletedProcess[str]":
        """Run ``wbtest`` with these arguments as a process of its own, to its end."""
        return subprocess.run(
            [*OURS, *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )


def make(
    folder: Path, database_url: str = "", now: Now = utc_now, *, most: int = 10_000_000
) -> Place:
    """Make an instance in ``folder`` with an owner and a running page, through the real verbs.

    The page starts at ``now``; ``most`` is the most visitors that its rule allows.
    """
    place = Place(folder, database_url or f"sqlite:///{folder / 'wbtest.db'}", free_port())
    prepare(_settings(place), now)
    with opened(place, now) as app:
        page.fill(app, most=most)
    return place


@contextmanager
def opened(place: Place, now: Now = utc_now) -> Iterator[Flask]:
    """Its app in our own process, while nobody serves it."""
    app = create_app(_settings(place), now)
    with app.app_context():
        yield app
        runtime(app).recorder.close()
        db.session.remove()
        db.engine.dispose()


def run(place: Place, *arguments: str, seconds: float = 300) -> str:
    """Run ``wbtest`` to its end and return what it printed. Raises Broken when it failed."""
    done = place.run(*arguments, seconds=seconds)
    if done.returncode:
        raise Broken(f"wbtest {arguments[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def moved(place: Place, folder: Path) -> Place:
    """The same instance in another folder, which holds nothing but its secret yet."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(place.folder / "secret_key", folder / "secret_key")
    return Place(folder, f"sqlite:///{folder / 'wbtest.db'}", free_port(), place.more)


def copied(place: Place, folder: Path) -> Place:
    """The same instance, with all that it holds, in a folder of its own."""
    shutil.copytree(place.folder, folder)
    return moved(place, folder)


def _settings(place: Place) -> Settings:
    return from_environment(
        {name: text for name, text in place.environ.items() if name.startswith("WBTEST_")}
    )


def free_port() -> int:
    """Return a port on which nobody listens: none of those that the system gives to connections.

    One of them may be taken by a connection of another test before it is listened on.
    """
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
