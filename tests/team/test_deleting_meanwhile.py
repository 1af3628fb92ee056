"""Deleting everything while something else happens to it."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, Team, audit_lines, log_in, make_person
from tests.team.all_of_it import TYPED, delete, make_over, rows
from wbtest.audience.models import VISITS
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.store import NoLock, Refused, writing, writing_group
from wbtest.team import access, passwords, people, settings
from wbtest.team.models import Membership, Person, TeamSettings
from wbtest.team.people import set_password
from wbtest.team.settings import delete_everything


def meanwhile(patch: pytest.MonkeyPatch, app: Flask, act: Callable[[], None]) -> None:
    """Let this happen in a connection of its own while the next password is compared."""
    is_right = passwords.is_right

    def compare(stored: str | None, password: str) -> bool:
        patch.setattr(passwords, "is_right", is_right)
        with app.app_context():
            act()
        return is_right(stored, password)

    patch.setattr(passwords, "is_right", compare)


def deletion(team: Team) -> Callable[[], None]:
    """What its owner does in another window."""
    owner_id = team.owner.id

    def delete_it() -> None:
        owner = db.session.get_one(Person, owner_id)
        delete_everything(owner, name="Larder", password=PASSWORD)

    return delete_it


def test_who_comes_second_is_told_that_it_is_gone(
    client: Browser, team: Team, monkeypatch: pytest.MonkeyPatch
):
    log_in(client, team.owner)
    meanwhile(monkeypatch, client.application, deletion(team))

    answer = client.send("/settings/danger", TYPED)

    assert answer.status_code == 404
    assert "Somebody deleted this meanwhile" in answer.text


@pytest.mark.every_database
def test_who_makes_a_token_meanwhile_is_told_that_all_is_gone(
    client: Browser, team: Team, monkeypatch: pytest.MonkeyPatch
):
    log_in(client, team.owner)
    act = deletion(team)
    db.session.rollback()
    meanwhile(monkeypatch, client.application, act)

    answer = client.send("/settings/tokens", {"name": "CI", "scopes": "read", "password": PASSWORD})

    assert answer.status_code == 404
    assert "Somebody deleted it meanwhile" in answer.text


@pytest.mark.every_database
def test_a_row_that_points_at_one_that_vanished_is_no_fault_of_ours(app: Flask, client: Browser):
    def point_nowhere() -> str:
        with writing() as session:
            at = {"created_at": clock.now()}
            session.add(Membership(person_id=99, role="viewer", **at))
        return "stored"

    app.add_url_rule("/point", "point", access.public(point_nowhere))

    assert client.get("/point").status_code == 404


@pytest.mark.every_database
@pytest.mark.parametrize(
    ("act", "status", "told"),
    [
        (lambda it: people.change_role(it, "editor", None), 403, "no longer an owner"),
        (lambda it: people.remove_member(it, None), 403, "no longer an owner"),
        (
            lambda it: set_password(it.person, "another quiet word"),
            422,
            "Your password has changed",
        ),
    ],
)
def test_who_may_no_longer_when_the_password_is_compared_deletes_nothing(
    client: Browser,
    team: Team,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Membership], None],
    status: int,
    told: str,
):
    make_person("second@larder.example", "owner")
    log_in(client, team.owner)
    key = team.owner.id
    db.session.rollback()
    meanwhile(monkeypatch, client.application, lambda: act(db.session.get_one(Membership, key)))

    answer = client.send("/settings/danger", TYPED)

    assert (answer.status_code, told in answer.text) == (status, True)
    assert db.session.scalar(sa.select(TeamSettings.id)) is not None


def test_the_line_names_the_moment_when_all_is_gone(
    team: Team, now: HandClock, monkeypatch: pytest.MonkeyPatch
):
    find_open_pages = settings.find_open_pages

    def slowly() -> list[str]:
        now.turn(minutes=1)
        return find_open_pages()

    monkeypatch.setattr(settings, "find_open_pages", slowly)

    delete(team)

    # Traces that were wiped in between did not hold what goes now.
    assert audit_lines(1)[0].at == now()


@pytest.mark.postgresql
def test_no_visit_that_is_being_written_keeps_a_team_alive(app: Flask, team: Team):
    make_over(app, team)
    visit = dict(db.session.execute(sa.select(VISITS)).mappings().one())
    db.session.rollback()
    is_inside, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with app.app_context(), writing_group(db.engine, NoLock()) as connection:
            connection.execute(sa.insert(VISITS), [visit | {"visitor": "f" * 32}])
            is_inside.set()
            may_end.wait(60)

    writer = threading.Thread(target=write)
    writer.start()
    assert is_inside.wait(60)
    threading.Timer(0.3, may_end.set).start()

    delete(team)

    writer.join()
    assert rows()["visits"] == []


@pytest.mark.postgresql
def test_a_start_that_came_first_keeps_the_team(app: Flask, team: Team):
    over_id = make_over(app, team).id
    db.session.rollback()
    is_inside, may_end = threading.Event(), threading.Event()

    def start() -> None:
        with app.app_context(), writing() as session:
            session.get_one(Experiment, over_id, with_for_update=True).state = "running"
            session.flush()
            is_inside.set()
            may_end.wait(60)

    starter = threading.Thread(target=start)
    starter.start()
    assert is_inside.wait(60)
    threading.Timer(0.3, may_end.set).start()

    with pytest.raises(Refused, match="/p/over is live"):
        delete(team)
    starter.join()
