"""A workspace moves to another instance, and there everything is what it was."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import (
    PASSWORD,
    Team,
    make_approval,
    make_release,
    make_revision,
    make_running,
    make_team,
)
from tests.publishing.test_images import picture
from tests.results.crowd import count_day, count_machines
from tests.team.all_of_it import make_over, open_ways_in, rows
from wbtest import create_app
from wbtest.config import Settings
from wbtest.extensions import clock, db
from wbtest.publishing.looks.images import add_image
from wbtest.publishing.models import Experiment
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json
from wbtest.store import Refused
from wbtest.team.archive import count_rows, read_archive, write_archive
from wbtest.team.audit.log import lines_of_all


@contextmanager
def elsewhere(folder: Path, now: HandClock) -> Iterator[Flask]:
    """Another instance, on SQLite whatever the rest runs on, with nothing in it."""
    folder.mkdir()
    settings = Settings(folder, f"sqlite:///{folder / 'new.db'}", "k" * 32, "http://localhost")
    app = create_app(settings, now)
    app.test_client_class = Browser
    with app.app_context():
        db.create_all()
        yield app
        app.extensions["wbtest.recorder"].close()
        db.session.remove()
        db.engine.dispose()


def fill(app: Flask) -> Team:
    """A team with a test that is over, and one that runs with a crowd of two variants."""
    team = make_team("Larder")
    make_over(app, team)
    open_ways_in(team)
    add_image(team.workspace, team.editor, picture())
    revision = make_revision(team.editor, product="Kiln")
    make_approval(revision, team.approver)
    running = make_running(revision, team.editor, team.approver, slug="kiln", variants=("Dinner",))
    for day in range(3):
        count_day(running, day, "control", seen=300, converted=12)
        count_day(running, day, "dinner", seen=300, converted=31)
    count_machines(running, 40)
    return team


def packed(team: Team) -> bytes:
    file = io.BytesIO()
    write_archive(team.workspace, file, lambda _: None)
    return file.getvalue()


def figures() -> list[dict[str, Any]]:
    """What the dashboards of all experiments show."""
    return [
        results_json(results_of(experiment, clock.now()))
        for experiment in db.session.scalars(sa.select(Experiment).order_by(Experiment.id))
    ]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, tables: sa.MetaData) -> bytes:
    """The file of a filled workspace, from another instance."""
    with elsewhere(tmp_path_factory.mktemp("before") / "there", HandClock()) as there:
        return packed(fill(there))


def test_every_row_and_every_figure_is_the_same_there(app: Flask, tmp_path: Path, now: HandClock):
    with elsewhere(tmp_path / "there", now) as there:
        team = fill(there)
        before, said, number = rows(), figures(), count_rows(team.workspace)
        moved = packed(team)
    told: list[int] = []

    read_archive(io.BytesIO(moved), told.append)

    after = rows()
    assert {name: sorted(map(repr, found)) for name, found in after.items()} == {
        name: sorted(map(repr, found)) for name, found in before.items() if name in after
    }
    assert figures() == said
    assert sum(told) == number
    assert [line.action for line in lines_of_all(1)] == ["workspace.moved_in"]


def test_its_people_log_in_and_go_on_working(app: Flask, client: Browser, file: bytes):
    read_archive(io.BytesIO(file), lambda _: None)

    client.send("/login", {"email": "editor@larder.example", "password": PASSWORD})
    new = client.send("/releases/new", {"product": "Tent", "language": "en", "form": "short"})

    assert new.status_code == 303
    assert client.get(new.location).status_code == 200


def test_where_somebody_has_a_workspace_nothing_comes_in(team: Team, file: bytes):
    make_release(team.editor)
    before = rows()

    with pytest.raises(Refused, match="holds a workspace already"):
        read_archive(io.BytesIO(file), lambda _: None)

    assert rows() == before


def test_strangers_who_tried_to_log_in_there_are_in_nobodys_way(
    app: Flask, client: Browser, file: bytes
):
    client.send("/login", {"email": "hunter2@x.io", "password": "a wrong one"})

    read_archive(io.BytesIO(file), lambda _: None)

    lines = lines_of_all(1_000)
    assert (lines[-1].action, lines[-1].workspace_id) == ("login.failed", None)
    assert len(lines) > 2


def with_line(file: bytes, line: bytes) -> bytes:
    return gzip.compress(gzip.decompress(file) + line + b"\n")


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda file: file[:-200], "damaged"),
        (lambda file: file[:400] + b"\0" + file[401:], "damaged"),
        (lambda _: gzip.compress(b'{"kind":"cake"}\n'), "no file of a workspace"),
        (lambda _: gzip.compress(b'{"kind":"wbtest workspace","schema":"0001"}\n'), "version"),
        (lambda _: gzip.compress(b'{"kind":"wbtest workspace","schema":null}\n'), "damaged"),
        (lambda _: gzip.compress(b"not json\n"), "damaged"),
        (lambda file: with_line(file, b'["cakes",{}]'), "damaged"),
        (lambda file: with_line(file, b'["webhooks",{"id":1}]'), "damaged"),
        (lambda file: with_line(file, b"7"), "damaged"),
    ],
    ids=[
        *("cut", "a byte", "another kind", "another version", "no rows", "no lines"),
        *("no table", "no column", "no row"),
    ],
)
def test_of_a_file_that_is_not_whole_nothing_is_stored(app: Flask, file: bytes, damage, why: str):
    with pytest.raises(Refused, match=why):
        read_archive(io.BytesIO(damage(file)), lambda _: None)

    assert [name for name, found in rows().items() if found] == []


def test_nobody_of_another_team_is_in_the_file(team: Team, strangers: Team):
    make_release(team.editor)
    make_release(strangers.editor)

    text = gzip.decompress(packed(team)).decode()

    assert "rivals.example" not in text
    assert "editor@larder.example" in text
