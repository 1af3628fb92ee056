"""Whatever happens to a test: pages, files, JSON, papers and events agree in every cell.

A few histories in each run; ``HISTORIES=1000 pytest -n0 tests/results/test_equal_everywhere.py``
lives through more of them.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings

from tests.conftest import IS_SECOND_ROUND, Browser, HandClock
from tests.factories import Team, log_in, make_decision
from tests.results.everywhere.dashboard import check_dashboard
from tests.results.everywhere.happenings import (
    HOUR,
    SECOND,
    Form,
    History,
    Part,
    Place,
    Visit,
    edges,
    place,
)
from tests.results.everywhere.histories import histories
from tests.results.everywhere.living import Lived, live
from tests.results.everywhere.memo import check_memo
from tests.results.everywhere.outside import check_command, check_shared
from tests.results.everywhere.reading import Reader
from tests.results.everywhere.recount import recount
from tests.results.everywhere.stories import (
    ACROSS_MIDNIGHT,
    CONFIRMED,
    ELSEWHERE,
    EVERYTHING,
    KATHMANDU,
)
from tests.snapshot import PostgresqlSnapshot, Snapshot
from tests.system_packages import is_here
from wbtest import database
from wbtest.audience.recording import rollup
from wbtest.extensions import db
from wbtest.results import figures
from wbtest.results.shared_links import create_shared_link
from wbtest.store import writing
from wbtest.writing.models import Revision

FEW = 1 if IS_SECOND_ROUND else 2
HISTORIES = int(os.environ.get("HISTORIES", FEW))
# Before the first history begins.
LONG_AGO = datetime(2011, 12, 1, tzinfo=UTC)


class Stage:
    """Where a history is lived through, and made empty again for the next one."""

    def __init__(self, app: Flask, now: HandClock, revision: Revision, team: Team) -> None:
        self.app, self.now, self.revision, self.team = app, now, revision, team
        db.session.rollback()
        is_sqlite = db.engine.dialect.name == "sqlite"
        self.empty = Snapshot(db.engine) if is_sqlite else PostgresqlSnapshot(db.engine)

    def live(self, history: History) -> Lived:
        db.session.rollback()
        db.session.expire_all()
        self.empty.restore()
        return live(history, self.revision, self.team, self.now)

    def browser(self) -> Browser:
        browser = self.app.test_client()
        assert isinstance(browser, Browser)
        return browser

    def reader(self, lived: Lived) -> Reader:
        """An owner, and what they should find."""
        browser, number = self.browser(), lived.experiment.id
        log_in(browser, self.team.owner)
        told = recount(number, lived.plan, lived.machines)
        first = browser.get(f"/experiments/{number}/results.json").get_json()
        return Reader(browser, number, lived.plan, told, first)


@pytest.fixture(autouse=True)
def nobody_is_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a few visitors pages show only counts, and histories are short: here they show all."""
    monkeypatch.setattr(figures, "FEWEST", 0)


@pytest.fixture
def now() -> HandClock:
    clock = HandClock()
    clock.time = LONG_AGO
    return clock


@pytest.fixture
def stage(app: Flask, now: HandClock, revision: Revision, team: Team) -> Iterator[Stage]:
    # So that the command takes the database for one that is up to date.
    execute(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
        f"INSERT INTO alembic_version VALUES ('{database.head_revision()}')",
    )
    stage = Stage(app, now, revision, team)
    yield stage
    stage.empty.close()
    execute("DROP TABLE alembic_version")


def execute(*statements: str) -> None:
    with db.engine.connect().execution_options(writes=True) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()


@pytest.fixture
def move_server() -> Iterator[Callable[[str], None]]:
    """A function that moves this machine to another time zone."""
    before = os.environ.get("TZ")

    def move(zone: str | None) -> None:
        if zone is None:
            os.environ.pop("TZ", None)
        else:
            os.environ["TZ"] = zone
        time.tzset()

    yield move
    move(before)


@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(history=ACROSS_MIDNIGHT)
@example(history=ELSEWHERE)
@example(history=EVERYTHING)
@example(history=CONFIRMED)
@given(history=histories())
def test_every_cell_is_what_the_events_say(stage: Stage, move_server, history: History):
    move_server(history.place.server)
    lived = stage.live(history)
    check_everywhere(stage, history, lived)
    if history.moved_to:
        # What was counted is the same; only the edges of days and hours move.
        moved = move(lived, history.moved_to)
        check_dashboard(stage.reader(moved), over_at(stage, history, moved), history.part)


@pytest.mark.parametrize(
    "where",
    [
        place("Europe/Berlin", "2025-10-24T09:00"),
        place("Europe/Berlin", "2026-03-27T22:30"),
        place("America/New_York", "2025-10-31T14:00"),
        place("America/New_York", "2026-03-06T14:00"),
        place("Australia/Lord_Howe", "2026-04-03T21:15"),
        KATHMANDU,
    ],
    ids=lambda where: f"{where.zone} {where.start:%Y-%m}",
)
def test_no_hour_is_lost_or_doubled_where_a_day_or_a_clock_changes(stage: Stage, where: Place):
    around = [edge + near for edge in edges(where) for near in (-SECOND, 0, SECOND)]
    visits = tuple(Visit(at, pick=at % 2, forms=(Form(HOUR, k),)) for k, at in enumerate(around))
    history = History(where, visits, part=Part(days=(1, 2)))

    reader = check_everywhere(stage, history, stage.live(history))

    assert sum(variant["seen"] for variant in reader.first["variants"]) == len(around)


def check_everywhere(stage: Stage, history: History, lived: Lived) -> Reader:
    """Hold every form of the results against the events; return who read them."""
    experiment, team = lived.experiment, stage.team
    assert rollup.differences(db.session, experiment.id) == []
    reader = stage.reader(lived)
    check_dashboard(reader, over_at(stage, history, lived), history.part)
    _, token = create_shared_link(experiment, team.approver, "our investor")
    check_shared(reader, stage.browser(), token)
    check_command(reader, experiment.slug)
    make_decision(experiment, team.approver, team.owner, "stop", "Nobody wants it so.")
    check_memo(reader, is_printed=history.is_printed and is_here("Pango"))
    return reader


def over_at(stage: Stage, history: History, lived: Lived) -> datetime:
    """When nothing can change any more, but at most now."""
    plan, now = lived.plan, stage.now()
    last_day = history.place.first_day + timedelta(days=20)
    over = now if history.is_ended else plan.end_of(last_day)
    return min(now, over + timedelta(hours=history.window_hours))


def move(lived: Lived, zone: str) -> Lived:
    """The same test, recounted by the days of another zone."""
    with writing() as session:
        lived.experiment.time_zone = zone
        session.flush()
        rollup.rebuild(session, lived.experiment.id)
    return Lived(lived.experiment, replace(lived.plan, zone=zone), lived.machines)
