"""A maker's rows are put back only where it would make the same ones."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.larder import Visitor, start_page
from tests.conftest import HandClock
from tests.factories import make_workspace
from tests.kept_rows import kept
from wbtest.audience.models import Visit
from wbtest.config import Settings
from wbtest.extensions import db
from wbtest.team.models import Workspace

asked: list[str] = []


@kept
def rename(workspace: Workspace, name: str) -> Workspace:
    """Give another name, and note that it was done by this function."""
    asked.append(name)
    workspace.name = name
    db.session.commit()
    return workspace


def how_often_made(name: str, meanwhile: Callable[[], object] = lambda: None) -> int:
    """Ask for the same name three times, from the same start but for what happens meanwhile."""
    workspace = make_workspace("Larder")
    for _ in range(3):
        assert rename(workspace, name) is workspace
        assert workspace.name == name
        workspace.name = "Larder"
        db.session.commit()
        meanwhile()
    return asked.count(name)


@pytest.mark.usefixtures("app")
def test_what_was_made_before_is_put_back():
    assert how_often_made("Cellar") == 1


@pytest.mark.usefixtures("app")
def test_beside_another_row_it_is_made():
    assert how_often_made("Pantry", meanwhile=make_workspace) == 3


def test_beside_what_somebody_else_wrote_it_is_made(app: Flask, settings: Settings):
    engine = sa.create_engine(settings.database_url)

    def write() -> None:
        with engine.begin() as connection:
            connection.execute(sa.update(Workspace).values(controller=Workspace.controller + "."))

    assert how_often_made("Crate", meanwhile=write) == 3
    engine.dispose()


@pytest.mark.usefixtures("app")
def test_at_another_time_it_is_made(now: HandClock):
    assert how_often_made("Hamper", meanwhile=lambda: now.turn(hours=1)) == 3


def test_what_two_do_at_once_is_done(app: Flask):
    number = make_workspace("Larder").id
    db.session.commit()

    def do() -> None:
        with app.app_context():
            rename(db.session.get_one(Workspace, number), "Cellars")

    for _ in range(3):
        with ThreadPoolExecutor(1) as threads:
            threads.submit(do).result()
        db.session.get_one(Workspace, number).name = "Larder"
        db.session.commit()

    assert asked.count("Cellars") == 3


@kept
def count_visits() -> int:
    """Say how many visits are stored. It makes nothing."""
    return db.session.scalar(db.select(sa.func.count()).select_from(Visit)) or 0


def test_a_visit_that_waits_is_stored_before_anything_is_made(app: Flask):
    start_page()
    Visitor(app).get()

    assert count_visits() == 1


@kept
def rename_later(workspace: Workspace, now: HandClock) -> Workspace:
    """Give another name, an hour later."""
    now.turn(hours=1)
    return rename(workspace, "Cupboard")


@pytest.mark.usefixtures("app")
def test_the_time_that_passed_meanwhile_passes_again(now: HandClock):
    workspace, before = make_workspace("Larder"), now()
    for _ in range(2):
        assert rename_later(workspace, now).name == "Cupboard"
        assert now() - before == timedelta(hours=1)
        workspace.name, now.time = "Larder", before
        db.session.commit()

    assert asked.count("Cupboard") == 1


@pytest.mark.usefixtures("app")
def test_what_is_not_written_yet_is_not_lost():
    workspace = make_workspace("Larder")
    workspace.contact_email = "ada@example.com"

    rename(workspace, "Basket")

    assert workspace.contact_email == "ada@example.com"
