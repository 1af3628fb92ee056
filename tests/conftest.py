"""Fixtures that every test may ask for: an app on a fresh database, a clock that we turn."""

import gc
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from contextvars import Context
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from hypothesis import HealthCheck, find
from hypothesis import settings as hypothesis_settings
from hypothesis.strategies import none
from itsdangerous import URLSafeTimedSerializer
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from werkzeug.test import TestResponse

from tests import remembered
from tests.factories import CHEAP, Team, find_team, make_stranger, make_team
from tests.mail_links import dead_links
from tests.postgresql import Server
from tests.prepared import MAIL_URL, SECRET_KEY, Fill, PreparedFiles
from wbtest import create_app, store
from wbtest.audience.signups import AbuseGuard
from wbtest.config import Settings
from wbtest.extensions import Base, Now, db, runtime
from wbtest.team import passwords
from wbtest.team.models import Person

# What a shell has set for an instance of its own changes no test.
for name in [name for name in os.environ if name.startswith("WBTEST_")]:
    del os.environ[name]
pytest_plugins = ["tests.open_connections", "tests.skips"]
remembered.remember_addresses()
remembered.keep_files_in_memory()
# Passwords and codes cost what those of the tests do; ``real_costs`` is for who asks what they do.
REAL_COSTS = passwords.PASSES, passwords.KIBIBYTES
passwords.PASSES, passwords.KIBIBYTES = CHEAP
# No test of time: on a busy machine one of generated input would break now and then.
# The same are made up in each run, so that what was green stays so; EXAMPLES=1000 makes up others.
EXAMPLES = os.environ.get("EXAMPLES")
hypothesis_settings.register_profile(
    "unhurried",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(EXAMPLES or 50),
    derandomize=EXAMPLES is None,
)
hypothesis_settings.load_profile("unhurried")

# By the beginning of their names: tests that start many programs, look at all there is, or try many
# of what shorter tests of the same files and folders try once. Only ``make test-all`` takes them.
WHOLE = (
    "tests/audience/test_recorder.py::test_a_program_that_ends",
    "tests/audience/test_recorder.py::test_a_worker_that_is_told_to_end",
    "tests/cli/test_demo",
    "tests/cli/test_proxies.py",
    "tests/cli/test_public.py::test_a_page",
    "tests/cli/test_request_bodies.py",
    "tests/cli/test_serve",
    "tests/cli/test_visitors_ip.py",
    "tests/cli/test_while_running.py",
    "tests/decisions/test_memos.py::test_the_pdf_is_one_page_whatever_was_written",
    "tests/decisions/test_verify_memo.py::test_a_forged_value_is_named",
    "tests/delivery/test_schema.py",
    "tests/faults/",
    "tests/fuzz/",
    "tests/hostile/",
    "tests/results/golden/",
    "tests/results/test_agreement.py::test_every_page_of_results",
    "tests/results/test_closing_page.py::test_every_page_and_every_figure",
    "tests/results/test_equal_everywhere.py::test_no_hour_is_lost_or_doubled",
    "tests/results/test_no_contradiction.py",
    "tests/results/test_signup_checks.py::test_honest_consumers",
    "tests/results/test_tabs.py::test_a_page_asks_as_many_questions",
    "tests/results/test_tampered_results.py",
    "tests/statistics/test_package.py::test_importing_it_loads_no_numerics",
    "tests/team/test_archive.py::test_every_row_and_every_figure",
    "tests/team/test_archive.py::test_of_a_file_that_somebody_edited",
    "tests/team/test_audit.py::test_no_secret_is_written_down",
    "tests/team/test_deleting.py::test_nothing_is_left",
    "tests/team/test_limits.py::test_a_browser_is_known",
    "tests/team/test_limits.py::test_a_cookie_that_we_did_not_sign",
    "tests/team/test_limits.py::test_after_a_hundred_guesses",
    "tests/team/test_limits.py::test_in_any_hour",
    "tests/team/test_limits.py::test_one_ip_has_a_hundred",
    "tests/team/test_methods.py",
    "tests/test_app.py",
    "tests/test_balancers.py",
    "tests/test_jobs_at_rest.py",
    "tests/test_page_limits.py",
    "tests/test_sixty_days.py",
    "tests/test_wheel.py",
    "tests/writing/coach/test_look_alikes.py",
    "tests/writing/test_html_and_pdf.py",
    "tests/writing/test_markdown.py::test_a_release_comes_back",
    "tests/writing/test_markdown.py::test_the_place_of_every_character",
)
# Set for a round on another database after a whole one: what no database can change is left out.
IS_SECOND_ROUND = bool(os.environ.get("SECOND_ROUND"))
# Where we write SQL of our own, lock rows or lean on constraints, each test is taken, in one case.
# Elsewhere SQLAlchemy writes the SQL, and tests of one file ask for much the same: there the first
# of each file is taken. Tests whose subject is what a database does, such as two people at once,
# are marked and taken whole.
WITH_SQL_OF_OUR_OWN = (
    "tests/audience/test_engagement",
    "tests/audience/test_erasure",
    "tests/audience/test_event_rows",
    "tests/audience/test_outcome_mail",
    "tests/audience/test_recorder",
    "tests/audience/test_result_counts",
    "tests/audience/test_retention",
    "tests/audience/test_returning",
    "tests/audience/test_rollup",
    "tests/audience/test_write_batch",
    "tests/delivery/test_jobs",
    "tests/delivery/test_posting",
    "tests/delivery/test_schema",
    "tests/delivery/test_sending",
    "tests/team/test_archive",
    "tests/team/test_limits",
    "tests/test_driver",
    "tests/test_health",
    "tests/test_queries",
    "tests/test_store",
    "tests/writing/test_saving_together",
)


# Before pytest looks which marks are asked for.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what takes long, and leave out what the database of this round cannot change."""
    for item in items:
        if item.nodeid.startswith(WHOLE):
            item.add_marker("whole")
    seen: set[str] = set()
    taken, left_out = [], []
    for item in items:
        is_taken = _is_of_this_round(item)
        if is_taken and IS_SECOND_ROUND and not _is_taken_whole(item):
            name = item.nodeid.partition("[")[0]
            if not name.startswith(WITH_SQL_OF_OUR_OWN):
                name = name.partition("::")[0]
            is_taken = name not in seen
            seen.add(name)
        (taken if is_taken else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = taken


def _is_of_this_round(item: pytest.Item) -> bool:
    """Whether it can fail here. Locks of PostgreSQL are there alone; a second round is short."""
    if item.get_closest_marker("postgresql"):
        return bool(os.environ.get("TEST_DATABASE_URL"))
    if os.environ.get("TEST_DATABASE_URL") and item.get_closest_marker("one_database"):
        return False
    return not IS_SECOND_ROUND or _depends_on_the_database(item)


def _is_taken_whole(item: pytest.Item) -> bool:
    marks = ("postgresql", "every_database")
    return any(item.get_closest_marker(mark) for mark in marks)


def _depends_on_the_database(item: pytest.Item) -> bool:
    """Whether the database of the run is behind it; of scripts, web tests show the requests."""
    is_shown = not item.get_closest_marker("browser") or item.get_closest_marker("every_database")
    return bool(is_shown) and "server" in getattr(item, "fixturenames", ())


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays for the whole run, and look less often.

    It took an eighth of the time of a web test. A hundred apps that are over may wait for it.
    """
    # On Python 3.14 Hypothesis asks the collector who holds its random numbers, and the collector
    # doesn't see what is frozen: let it ask before.
    find(none(), lambda _: True)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 5, 5)


class HandClock:
    """A clock that stands still until a test turns it."""

    def __init__(self) -> None:
        self.time = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def turn(self, **parts: float) -> None:
        """Move on by ``timedelta(**parts)``."""
        self.time += timedelta(**parts)


class Browser(FlaskClient):
    """A client whose requests share nothing with the test but the database, as in the server."""

    def open(self, *args: Any, **parts: Any) -> TestResponse:
        # Otherwise the request would use the test's own `g` and session, where one request leaves
        # its log-in to the next, and a file that is sent while it is made would find open what the
        # end of its request closed. The answer is read whole, so that files are closed here.
        parts.setdefault("buffered", True)
        response = Context().run(super().open, *args, **parts)
        # What the test holds was read before the request; the next look is a fresh one. A redirect
        # is followed inside the first request's context, where the test's is not to be seen.
        if has_app_context():
            db.session.rollback()
        return response

    def send(self, url: str, data: dict[str, Any] | None = None, **parts: Any) -> TestResponse:
        """POST a form as a person would: with the token that the page carried."""
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", "0" * 40)
        signer = URLSafeTimedSerializer(
            self.application.config["SECRET_KEY"], salt="wtf-csrf-token"
        )
        return self.post(url, data={"csrf_token": signer.dumps(raw), **(data or {})}, **parts)


@pytest.fixture
def now() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> sa.MetaData:
    """All tables: they are known once an app was made, and with it every area loaded."""
    folder = tmp_path_factory.mktemp("first-app")
    settings = Settings(folder, f"sqlite:///{folder / 'first.db'}", "0" * 32, "http://localhost")
    app = create_app(settings)
    runtime(app).recorder.close()
    return Base.metadata


@pytest.fixture(scope="session")
def server(worker_id: str, tables: sa.MetaData) -> Iterator[Server | None]:
    """The PostgreSQL named by TEST_DATABASE_URL; None on SQLite."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        yield None
        return
    server = Server(url, f"wbtest_{os.getpid()}_{worker_id}")
    yield server
    server.close()


@pytest.fixture
def empty_database_url(tmp_path: Path, server: Server | None) -> Iterator[str]:
    """A database without tables: a SQLite file to be, or one on the PostgreSQL of the run."""
    if server is None:
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    yield server.create()
    server.drop()


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory, tables: sa.MetaData) -> Path:
    """A SQLite file with all tables; copying it is faster than creating them again.

    Most tables stay empty, and each index takes a page. Of small pages the file has a
    third of its size, and is copied, compared and put back in a third of the time.
    """
    path = tmp_path_factory.mktemp("tables") / "tables.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA page_size = 1024; VACUUM")
    engine = sa.create_engine(f"sqlite:///{path}")
    store.prepare(engine)
    tables.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def prepared_files(
    tmp_path_factory: pytest.TempPathFactory, sqlite_with_tables: Path, templates: BytecodeCache
) -> PreparedFiles:
    folder = tmp_path_factory.mktemp("prepared")
    return PreparedFiles(folder, sqlite_with_tables, partial(make_app, templates=templates))


@pytest.fixture
def prepared(request: pytest.FixtureRequest) -> Fill | None:
    """What fills the SQLite database of a test before it begins; None for no rows.

    The fixtures of such rows find them, and make them on PostgreSQL. The clock goes on from the
    time at which the last of them was made.
    """
    return make_larder_team if "team" in request.fixturenames else None


def make_larder_team() -> Team:
    return make_team()


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_with_tables: Path) -> str:
    """A SQLite file with tables and without rows, whatever the rest of the suite runs on."""
    return f"sqlite:///{shutil.copyfile(sqlite_with_tables, tmp_path / 'test.db')}"


@pytest.fixture
def database_url(
    tmp_path: Path,
    now: HandClock,
    prepared_files: PreparedFiles,
    prepared: Fill | None,
    server: Server | None,
) -> str:
    """A database with tables; on SQLite it has the rows that were prepared, and else none."""
    if server is None:
        return f"sqlite:///{prepared_files.copy(prepared, now, tmp_path / 'test.db')}"
    return server.empty_tables()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        instance=tmp_path,
        database_url=database_url,
        secret_key=SECRET_KEY,
        base_url="http://localhost",
        mail_url=MAIL_URL,
    )


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """What Jinja compiled each template to, for all apps of the run."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


def make_app(settings: Settings, now: Now, templates: BytecodeCache) -> Flask:
    """The whole app, as tests use it."""
    app = create_app(settings, now)
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = templates
    # Where the clock stands still nobody can take their time.
    runtime(app).guard = AbuseGuard(fastest_seconds=0)
    return app


@pytest.fixture
def app(settings: Settings, now: HandClock, templates: BytecodeCache) -> Iterator[Flask]:
    """The whole app on a database with tables and without rows, inside its context."""
    app = make_app(settings, now, templates)
    with app.app_context():
        db.engine.update_execution_options(compiled_cache=remembered.STATEMENTS)
        yield app
        runtime(app).recorder.close()
        db.session.remove()
        dead = dead_links(app)
        db.session.remove()
        db.engine.dispose()
    assert not dead, "an email names an address that no page answers"


@pytest.fixture
def team(app: Flask) -> Team:
    """A team with a person of each role."""
    return find_team() or make_larder_team()


@pytest.fixture
def stranger(app: Flask) -> Person:
    """Somebody with a log-in who is not in the team."""
    return make_stranger("eve@rivals.example")


@pytest.fixture
def client(app: Flask) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


@pytest.fixture
def real_costs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords that cost what they do outside of tests."""
    passes, kibibytes = REAL_COSTS
    monkeypatch.setattr(passwords, "PASSES", passes)
    monkeypatch.setattr(passwords, "KIBIBYTES", kibibytes)
    passwords._hasher.cache_clear()
    yield
    passwords._hasher.cache_clear()
