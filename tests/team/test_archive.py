"""Everything moves to another instance, and there it is what it was."""

import gzip
import io
import json
from collections.abc import Callable, Iterator
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
    audit_lines,
    make_approval,
    make_release,
    make_revision,
    make_running,
    make_team,
)
from tests.publishing.test_images import picture
from tests.results.crowd import count_days, count_machines
from tests.team.all_of_it import make_over, open_ways_in, rows
from tests.team.mailbox import code_of
from wbtest import create_app
from wbtest.config import Settings
from wbtest.extensions import clock, db, runtime
from wbtest.publishing.images import add_image
from wbtest.publishing.models import Experiment
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json
from wbtest.store import Refused
from wbtest.team import two_factor
from wbtest.team.instance_export import STAYS, count_rows, read_export, write_export


@contextmanager
def elsewhere(folder: Path, now: HandClock, key: str = "k" * 32) -> Iterator[Flask]:
    """Another instance, on SQLite whatever the rest runs on, with nothing in it."""
    folder.mkdir()
    settings = Settings(folder, f"sqlite:///{folder / 'new.db'}", key, "http://localhost")
    app = create_app(settings, now)
    app.test_client_class = Browser
    with app.app_context():
        db.create_all()
        yield app
        runtime(app).recorder.close()
        db.session.remove()
        db.engine.dispose()


def fill(app: Flask) -> Team:
    """A team with a test that is over, and one that runs with a crowd of two variants."""
    team = make_team()
    make_over(app, team)
    open_ways_in(team)
    add_image(team.editor, picture())
    revision = make_revision(team.editor, product="Kiln")
    make_approval(revision, team.approver)
    running = make_running(revision, team.editor, team.approver, slug="kiln", variants=("Dinner",))
    count_days(running, range(3), "control", seen=300, converted=12)
    count_days(running, range(3), "dinner", seen=300, converted=31)
    count_machines(running, 40)
    return team


def packed() -> bytes:
    file = io.BytesIO()
    write_export(file, lambda _: None)
    return file.getvalue()


def figures() -> list[dict[str, Any]]:
    """What the dashboards of all experiments show."""
    return [
        results_json(results_of(experiment, clock.now()))
        for experiment in db.session.scalars(sa.select(Experiment).order_by(Experiment.id))
    ]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, tables: sa.MetaData) -> bytes:
    """The file of a filled instance."""
    with elsewhere(tmp_path_factory.mktemp("before") / "there", HandClock()) as there:
        fill(there)
        return packed()


def test_every_row_and_every_figure_is_the_same_there(app: Flask, tmp_path: Path, now: HandClock):
    with elsewhere(tmp_path / "there", now) as there:
        fill(there)
        before, said, number = rows(), figures(), count_rows()
        moved = packed()
    told: list[int] = []

    read_export(io.BytesIO(moved), told.append)

    after = rows()
    assert {name: sorted(map(repr, found)) for name, found in after.items()} == {
        name: [] if name in STAYS else sorted(map(repr, found)) for name, found in before.items()
    }
    assert figures() == said
    assert sum(told) == number
    assert [line.action for line in audit_lines(1)] == ["team.imported"]


def test_its_people_log_in_and_go_on_working(app: Flask, client: Browser, file: bytes):
    read_export(io.BytesIO(file), lambda _: None)

    client.send("/login", {"email": "editor@larder.example", "password": PASSWORD})
    new = client.send("/releases/new", {"product": "Tent", "language": "en"})

    assert new.status_code == 303
    assert client.get(new.location).status_code == 200


def test_a_second_factor_and_its_recovery_codes_go_along(
    app: Flask, client: Browser, settings: Settings, tmp_path: Path, now: HandClock
):
    secret = two_factor.make_secret()
    with elsewhere(tmp_path / "there", now, settings.secret_key):
        owner = make_team().owner
        code = code_of(secret, now)
        papers = two_factor.turn_on(owner, secret, password=PASSWORD, code=code)
        moved = packed()
    read_export(io.BytesIO(moved), lambda _: None)

    asked = client.send("/login", {"email": "owner@larder.example", "password": PASSWORD})
    used = client.send(asked.location, {"code": code})
    right = client.send(asked.location, {"code": papers[0]})

    assert (used.status_code, right.status_code) == (422, 303)
    assert client.get("/account").status_code == 200


def test_where_the_key_is_another_nobody_gets_in_by_the_password_alone(
    app: Flask, client: Browser, tmp_path: Path, now: HandClock
):
    secret = two_factor.make_secret()
    with elsewhere(tmp_path / "there", now):
        owner = make_team().owner
        code = code_of(secret, now)
        two_factor.turn_on(owner, secret, password=PASSWORD, code=code)
        moved = packed()
    read_export(io.BytesIO(moved), lambda _: None)
    now.turn(minutes=1)
    code = code_of(secret, now)

    asked = client.send("/login", {"email": "owner@larder.example", "password": PASSWORD})
    answer = client.send(asked.location, {"code": code})

    assert answer.status_code == 422
    assert "wbtest user second-factor-off" in answer.text


def test_where_there_is_a_team_nothing_comes_in(team: Team, file: bytes):
    make_release(team.editor)
    before = rows()

    with pytest.raises(Refused, match="has a team already"):
        read_export(io.BytesIO(file), lambda _: None)

    assert rows() == before


def test_strangers_who_tried_to_log_in_there_are_in_nobodys_way(
    app: Flask, client: Browser, file: bytes
):
    client.send("/login", {"email": "hunter2@x.io", "password": "a wrong one"})

    read_export(io.BytesIO(file), lambda _: None)

    lines = audit_lines(1_000)
    assert lines[-1].action == "login.failed"
    assert len(lines) > 2


def another_byte(file: bytes, place: int) -> bytes:
    damaged = bytearray(file)
    damaged[place] ^= 0xFF
    return bytes(damaged)


def edited(file: bytes, change: Callable[[list[Any]], object]) -> bytes:
    lines = [json.loads(line) for line in gzip.decompress(file).splitlines()]
    change(lines)
    return gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode())


def first(lines: list[Any], table: str) -> int:
    return next(place for place, line in enumerate(lines) if place and line[0] == table)


def setting(table: str, **values: Any) -> Callable[[list[Any]], object]:
    """A change of the first row of this table."""
    return lambda lines: lines[first(lines, table)][1].update(values)


def inserting(*line: Any) -> Callable[[list[Any]], object]:
    """One line more, before the end."""
    return lambda lines: lines.insert(-1, [*line])


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda file: file[:-200], r"cannot be read beyond line \d+"),
        (lambda file: another_byte(file, -8), r"cannot be read beyond line \d+"),
        (lambda _: gzip.compress(b'{"kind":"cake"}\n'), "was not made by"),
        (lambda _: gzip.compress(b'{"kind":"wbtest instance","schema":"0001"}\n'), "version"),
        (lambda _: gzip.compress(b'{"kind":"wbtest instance","schema":null}\n'), "after line 1"),
        (lambda _: gzip.compress(b"not json\n"), "Line 1: this is not JSON"),
        (lambda file: edited(file, lambda lines: lines.insert(0, 7)), "was not made by"),
    ],
    ids=["cut", "another sum", "another kind", "another version", "no rows", "no lines", "no head"],
)
def test_of_a_file_that_is_not_whole_nothing_is_stored(app: Flask, file: bytes, damage, why: str):
    with pytest.raises(Refused, match=why):
        read_export(io.BytesIO(damage(file)), lambda _: None)

    assert [name for name, found in rows().items() if found] == []


def test_whichever_byte_is_another_one_nothing_is_stored(app: Flask, file: bytes):
    # What it spoils, the packing, the JSON or only the sum at the end, hangs on the place.
    for place in range(10, len(file), len(file) // 40):
        with pytest.raises(Refused, match=r"Nothing was stored\.$"):
            read_export(io.BytesIO(another_byte(file, place)), lambda _: None)

    assert [name for name, found in rows().items() if found] == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            lambda lines: lines.__delitem__(slice(len(lines) // 2, None)),
            r"breaks off after line \d+",
        ),
        (lambda lines: lines.pop(), r"breaks off after line \d+"),
        (lambda lines: lines.pop(-2), r"Line \d+: \d+ rows were written, \d+ came"),
        (lambda lines: lines.append(lines[1]), r"Line \d+ is the end, and more follows"),
        (inserting("cakes", {}), r'Line \d+: there is no table "cakes"'),
        (inserting("setup_links", {"id": 1}), r'no table "setup_links"'),
        (inserting("webhooks", {"id": 1}), r"Line \d+: webhooks\.url is missing"),
        (inserting("webhooks", 7), r"Line \d+: webhooks: this is no row"),
        (inserting(7), r"Line \d+: this is no row"),
        (setting("people", nickname="Ada"), r'Line \d+: people has no column "nickname"'),
        (setting("people", email=None), r"Line \d+: people.email is empty"),
        (setting("people", email=7), "people.email cannot be 7"),
        (setting("people", created_at="yesterday"), 'people.created_at cannot be "yesterday"'),
        (setting("people", created_at="2027-03-01"), 'created_at cannot be "2027-03-01"'),
        (setting("people", created_at=7), "people.created_at cannot be 7"),
        (setting("people", created_at="0001-01-01T00:00+14:00"), "created_at cannot be"),
        (
            inserting(
                "forecasts",
                {"revision_id": 1, "reviewer_id": 1, "rate": 10**400},
            ),
            r"Line \d+: forecasts\.rate cannot be 1000",
        ),
        (setting("signups", at_us="../../etc"), 'signups.at_us cannot be "../../etc"'),
        (setting("signups", at_us=2**63), "signups.at_us cannot be"),
        (setting("signups", at_us=True), "signups.at_us cannot be true"),
        (setting("signups", is_converted=7), "signups.is_converted cannot be 7"),
        (setting("releases", document="../etc"), 'releases.document cannot be "../etc"'),
        (setting("image_files", body="ä"), "image_files.body cannot be"),
        (setting("releases", author_id=99), r"Lines? [\d to]+: releases cannot hold this"),
        (setting("variants", weight=0), r"variants cannot hold this"),
        (
            lambda lines: lines.insert(-1, lines[first(lines, "signups")]),
            "signups cannot hold this",
        ),
    ],
)
def test_of_a_file_that_somebody_edited_nothing_is_stored_and_the_line_is_said(
    app: Flask, file: bytes, change, why: str
):
    with pytest.raises(Refused, match=why) as caught:
        read_export(io.BytesIO(edited(file, change)), lambda _: None)

    assert str(caught.value).endswith("Nothing was stored.")
    assert [name for name, found in rows().items() if found] == []
