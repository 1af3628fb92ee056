"""A workspace of any size: one of everything by the verbs, then copies of the rows."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection

from tests.conftest import HandClock
from tests.copies import Copier, Row, set_counters
from tests.factories import log_in, make_team
from tests.filled import Filled, fill
from wbtest import create_app
from wbtest.config import Settings
from wbtest.extensions import db

SECRET = "only-for-the-benchmark-0123456789-abcdef"  # noqa: S105 - signs nothing that lasts
SECOND_US = 1_000_000
STATES = ("sent", "waiting", "failed", "bounced")


class Size(NamedTuple):
    """How many there are of each; the last four are of one test."""

    experiments: int
    revisions: int
    comments: int
    deliveries: int
    lines: int
    visits: int
    signups: int
    sources: int


FEW = Size(10, 10, 10, 10, 30, 10, 10, 10)
MANY = Size(1_000, 1_000, 1_000, 10_000, 10_000, 300_000, 100_000, 2_500)


def make(folder: Path, size: Size) -> tuple[Flask, FlaskClient, dict[str, list[Any]]]:
    """Return the app, an owner who is logged in, and what the addresses of its pages name."""
    folder.mkdir()
    now = HandClock()
    app = create_app(Settings(folder, f"sqlite:///{folder / 'wbtest.db'}", SECRET), now)
    app.extensions["wbtest.recorder"].close()
    client = app.test_client()
    with app.app_context():
        db.create_all()
        team = make_team("Larder")
        filled = fill(team, now)
        now.turn(days=1)
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            grow(connection, filled, size)
        db.session.expire_all()
        log_in(client, team.owner)
        return app, client, filled.values


def grow(connection: Connection, filled: Filled, size: Size) -> None:
    """Copy rows until there are as many as ``size`` says, of most of them at least."""
    copier = Copier(connection)
    copier.copy(("people", "images"), 3, is_alone=True)
    copier.copy(("releases",), size.experiments // 3)

    def more(name: str, many: int, change: Any = None, **of: Any) -> None:
        def which(row: Row) -> bool:
            return all(row[column] == value for column, value in of.items())

        copies = -(-many // max(copier.count(name, which), 1)) - 1
        copier.copy((name,), max(copies, 0), change, which=which, is_alone=True)

    release = {"release_id": filled.release.id}
    test = {"experiment_id": filled.running.id}
    more("revisions", size.revisions, **release)
    more("comments", size.comments, **release)
    more("candidates", size.comments, _settled, **release)
    more("reviewers", min(size.comments, 50), _guest, **release)
    more("outbox_mails", size.deliveries, _state)
    more("outbox_events", size.deliveries)
    more("audit_lines", size.lines)
    more("spends", min(size.comments, 200), **test)
    more("annotations", min(size.comments, 200), **test)
    more("visits", size.visits, _later, **test)
    more("sightings", size.visits, _later, **test)
    more("signups", size.signups, _answered, **test)
    for name in ("kind_totals", "hourly_counts"):
        more(name, size.sources, **test, excluded_because="")
    set_counters(connection)


def _guest(row: Row, number: int) -> None:
    row |= {"person_id": None, "link_name": f"Guest {number}", "token_hash": None}


def _settled(row: Row, number: int) -> None:
    row["question"] = f"{row['question']} {number}"
    row["outcome"] = "waiting" if number < 200 else "dismissed"


def _state(row: Row, number: int) -> None:
    row["state"] = STATES[number % len(STATES)]


def _later(row: Row, number: int) -> None:
    row["at_us"] += number * SECOND_US // 100


def _answered(row: Row, number: int) -> None:
    _later(row, number)
    words = f"It must work without a phone, said number {number}."
    row["answers"] = json.dumps({"What is missing?": words})
    row["answered_us"] = row["at_us"] + SECOND_US
