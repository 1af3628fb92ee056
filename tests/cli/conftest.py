"""The `wbtest` command on an instance of its own, in this process or as a real one."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from tests.conftest import Browser
from tests.factories import make_settings
from tests.service.ports import free_port
from wbtest import create_app, database
from wbtest.cli import main
from wbtest.cli.serve import prepare
from wbtest.config import Settings, from_environment
from wbtest.extensions import Now, db, utc_now
from wbtest.team.models import TeamSettings


@dataclass(frozen=True, slots=True)
class Instance:
    """The folder and the settings of an instance, and its command."""

    environ: dict[str, str]

    @property
    def settings(self) -> Settings:
        return from_environment(self.environ)

    @property
    def folder(self) -> Path:
        return self.settings.instance

    def run(self, *arguments: str, typed: str = "", **environ: str) -> Result:
        """Run ``wbtest`` with these arguments in this process."""
        with _as_before():
            return CliRunner().invoke(main, arguments, input=typed, env={**self.environ, **environ})

    @contextmanager
    def opened(self, now: Now = utc_now) -> Iterator[Flask]:
        """The app on this instance, inside its context."""
        app = create_app(self.settings, now)
        app.test_client_class = Browser
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def names(instance: Instance) -> list[str]:
    """What its team is called, of several in the order in which they were made."""
    with instance.opened():
        return list(db.session.scalars(db.select(TeamSettings.name).order_by(TeamSettings.id)))


@contextmanager
def _as_before() -> Iterator[None]:
    """A command owns its process; here it only borrows ours."""
    root = logging.getLogger()
    handlers, level, mask = root.handlers[:], root.level, os.umask(0o077)
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        os.umask(mask)


@pytest.fixture
def empty(empty_database_url: str, tmp_path: Path) -> Instance:
    """An instance that was never served: its database holds nothing."""
    folder = tmp_path / "instance"
    return Instance({"WBTEST_INSTANCE": str(folder), "WBTEST_DATABASE_URL": empty_database_url})


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables; to create them takes longer than what tests do with it."""
    file = tmp_path_factory.mktemp("migrated") / "test.db"
    instance = Instance(
        {"WBTEST_INSTANCE": str(file.parent), "WBTEST_DATABASE_URL": f"sqlite:///{file}"}
    )
    with instance.opened():
        database.create_schema()
    return file


@pytest.fixture
def instance(empty: Instance, migrated: Path) -> Instance:
    """An instance whose database has its tables."""
    if empty.settings.database_file is not None:
        shutil.copyfile(migrated, empty.settings.database_file)
    prepare(empty.settings)
    return empty


@dataclass(frozen=True, slots=True)
class Served:
    """A `wbtest serve` that answers, in a session of processes of its own."""

    process: "subprocess.Popen[bytes]"
    url: str
    output: Path

    @property
    def printed(self) -> str:
        """All it has printed up to now."""
        return self.output.read_text(encoding="utf-8")

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=60) as answer:
            text: str = answer.read().decode()
        return text

    def end(self, how: int = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to end, as systemd does, and return its exit code and all it printed."""
        self.process.send_signal(how)
        return self.process.wait(60), self.printed

    def processes(self, name: str = "") -> list[int]:
        """Ids of the processes of its session that are alive, those of this name if given."""
        return [
            int(folder.name)
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit() and self._is_ours(folder) and name in _name(folder)
        ]

    def _is_ours(self, folder: Path) -> bool:
        try:
            state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            return False
        return int(session) == self.process.pid and state != "Z"


def _name(folder: Path) -> str:
    try:
        return (folder / "comm").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def eventually(is_so: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether it comes true in time; processes tell nobody when they are done."""
    pause = threading.Event()
    for _ in range(int(seconds * 20)):
        if is_so():
            return True
        pause.wait(0.05)
    return is_so()


@contextmanager
def serving(
    instance: Instance, command: Sequence[str] = ("serve", "--workers=2")
) -> Iterator[Served]:
    """A `wbtest serve` of this instance that answers; nothing of it is left afterwards."""
    port = free_port()
    # A file, not a pipe: it can be read while the process goes on writing.
    output = instance.folder.parent / f"printed-{port}.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "wbtest", *command, f"--port={port}"],
            env={**os.environ, **instance.environ, "PYTHONUNBUFFERED": "1"},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    served = Served(process, f"http://127.0.0.1:{port}", output)
    try:
        assert eventually(lambda: _is_up(served) or process.poll() is not None, 60)
        assert process.poll() is None, served.printed
        yield served
    finally:
        for left in served.processes():
            os.kill(left, signal.SIGKILL)
        process.wait()


def _is_up(served: Served) -> bool:
    """Whether it answers, and has said so."""
    return "Ctrl-C ends it." in served.printed and _answers(served)


def _answers(served: Served) -> bool:
    try:
        return '"ok":true' in served.get("/healthz")
    except OSError:
        return False


@pytest.fixture
def served(empty: Instance) -> Iterator[Served]:
    """An instance that is served for the first time."""
    with serving(empty) as served:
        yield served


@pytest.fixture
def copy(instance: Instance, tmp_path: Path) -> Path:
    """A backup of an instance with a team, which has changed since."""
    with instance.opened():
        make_settings("Then")
    copy = tmp_path / "copies" / "copy.db"
    assert instance.run("backup", str(copy)).exit_code == 0
    with instance.opened():
        make_settings("Since")
    return copy
