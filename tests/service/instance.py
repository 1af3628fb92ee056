"""An instance with one running page, ready to be served, on SQLite or on PostgreSQL."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

import wbtest
from tests.factories import (
    find_team,
    make_approval,
    make_checked,
    make_experiment,
    make_revision,
    make_team,
)
from tests.service.errors import Broken
from tests.service.ports import free_port
from wbtest import create_app
from wbtest.cli.serve import prepare
from wbtest.config import Settings, from_environment
from wbtest.extensions import Now, clock, db, runtime, utc_now
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.writing import document as documents

ROOT = Path(__file__).parent.parent.parent
WBTEST = (sys.executable, "-m", "wbtest")
SLUG = "bench"
# The demo's own text, which is as long as a release usually is.
TEXT = Path(wbtest.__file__).parent / "review" / "larder.json"
OWNER = "owner@larder.example"
SECRET_KEY = "only-for-tests-0123456789-abcdefghij"


@dataclass(frozen=True, slots=True)
class Instance:
    """The folder of an instance, its database and the port on which it is served.

    ``more`` are settings beside the usual ones.
    """

    folder: Path
    database_url: str
    port: int
    more: Mapping[str, str] = field(default_factory=dict)
    slug: str = SLUG

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

    @property
    def settings(self) -> Settings:
        """What its processes read from their environment."""
        return from_environment(
            {name: text for name, text in self.environ.items() if name.startswith("WBTEST_")}
        )

    def engine(self) -> sa.Engine:
        """Return a way past all of our code to the rows."""
        return sa.create_engine(self.database_url, poolclass=sa.NullPool)

    def scalars(self, query: str) -> list[Any]:
        """Return the first column of what a query finds, past all of our code."""
        with self.engine().connect() as raw:
            return list(raw.exec_driver_sql(query).scalars())

    def command(self, *arguments: str, seconds: float = 300) -> "subprocess.CompletedProcess[str]":
        """Run ``wbtest`` with these arguments as a process of its own, to its end."""
        return subprocess.run(
            [*WBTEST, *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def run(self, *arguments: str) -> str:
        """Run ``wbtest`` to its end and return what it printed. Raises Broken when it failed."""
        done = self.command(*arguments)
        if done.returncode:
            raise Broken(f"wbtest {arguments[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def opened(self, now: Now = utc_now) -> Iterator[Flask]:
        """Let its app be in our own process, as one more web process, while the block runs."""
        app = create_app(self.settings, now)
        with app.app_context():
            try:
                yield app
            finally:
                runtime(app).recorder.close()
                db.session.remove()
                db.engine.dispose()

    def elsewhere(self, folder: Path) -> "Instance":
        """Return the same instance in another folder, which holds nothing but its secret yet."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.folder / "secret_key", folder / "secret_key")
        return new_instance(folder, more=self.more)


def new_instance(
    folder: Path, database_url: str = "", more: Mapping[str, str] | None = None
) -> Instance:
    """Return an instance that was never started."""
    folder.mkdir(parents=True, exist_ok=True)
    url = database_url or f"sqlite:///{folder / 'wbtest.db'}"
    return Instance(folder, url, free_port(), more or {})


def make_instance(
    folder: Path,
    database_url: str = "",
    now: Now = utc_now,
    more: Mapping[str, str] | None = None,
    **page: int,
) -> Instance:
    """Make an instance with a team and a running page; ``page`` is as for ``make_page``.

    The page starts at ``now``.
    """
    instance = new_instance(folder, database_url, more)
    prepare(instance.settings, now)
    with instance.opened(now):
        make_page(**page)
    return instance


def make_page(*, variants: int = 2, most: int = 10_000_000, days: int = 14) -> int:
    """Make a team and a running page with the demo's text, and return its experiment's id.

    ``most`` is the most visitors that its rule allows, ``days`` how long it runs at most.
    """
    return start_page(SLUG, variants=variants, most=most, days=days).id


def start_page(
    slug: str, *, variants: int = 2, most: int = 10_000_000, days: int = 14
) -> Experiment:
    """Start a page of a release of its own, approved and started by the owner."""
    team = find_team() or make_team()
    page = check_page(slug, variants=variants, most=most, days=days)
    return lifecycle.start(page, team.owner)


def check_page(
    slug: str, *, variants: int = 2, most: int = 10_000_000, days: int = 14
) -> Experiment:
    """Make a page of a release of its own, which only has to be started."""
    team = find_team() or make_team()
    text = documents.from_json(json.loads(TEXT.read_text(encoding="utf-8")))
    parts = {each.name: getattr(text, each.name) for each in fields(text)}
    revision = make_revision(team.editor, **parts)
    make_approval(revision, team.owner)
    page = make_experiment(
        revision,
        team.editor,
        slug=slug,
        variants=tuple(f"Dinner is in your kitchen, {key}" for key in "BCDEF"[: variants - 1]),
        time_zone="Europe/London",
        minimum_visitors=100,
        maximum_visitors=most,
        ends_on=clock.now().date() + timedelta(days=days),
    )
    return make_checked(page, team.editor)
