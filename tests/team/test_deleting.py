"""Deleting a workspace: nothing of it stays but one line, and nothing of others goes."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.larder import Visitor, token_in
from tests.conftest import Browser, HandClock
from tests.factories import (
    Team,
    audit_lines,
    log_in,
    make_approval,
    make_release,
    make_revision,
    make_running,
)
from tests.publishing.test_images import picture
from tests.team.all_of_it import TYPED, delete, make_over, open_ways_in, rows
from tests.team.deeds import Deeds
from wbtest.extensions import clock, db
from wbtest.publishing.looks.images import add_image
from wbtest.publishing.models import Experiment
from wbtest.publishing.running import life
from wbtest.publishing.running.after import choose
from wbtest.store import Refused, writing
from wbtest.team.audit.log import record
from wbtest.team.deleting import contents_of, delete_workspace
from wbtest.team.models import Membership, Person
from wbtest.team.ties import belongs, tables_inside


@pytest.mark.usefixtures("strangers")
def test_nothing_is_left_but_one_line(app: Flask, team: Team, now: HandClock, client: Browser):
    make_over(app, team)
    for _, _, do in Deeds(team, now, client).story():
        do()
    add_image(team.workspace, team.editor, picture())
    open_ways_in(team)
    [listed] = db.session.scalars(sa.select(Experiment).where(Experiment.afterwards == "open"))
    choose(listed, team.owner, "closed")
    number = team.workspace.id
    full = {name for name, found in rows().items() if found}

    delete_workspace(team.workspace, team.owner, name="Larder", password="another quiet word")

    left = rows()
    names = ("workspaces", "people", "memberships")
    assert {name: len(left[name]) for name in names} == {names[0]: 1, names[1]: 4, names[2]: 4}
    assert [name for name, found in left.items() if found and name not in names] == []
    assert full >= {"visits", "sightings", "signups", "images", "image_files", "outbox_mails"}
    assert full >= {"invitations", "api_tokens", "kept_answers"}
    [line, purge_of_nobody] = audit_lines(10)
    assert (line.action, line.about) == ("workspace.deleted", f"Larder (number {number})")
    assert (purge_of_nobody.who, purge_of_nobody.about) == ("wbtest", "a page")


def test_nothing_of_others_goes(app: Flask, strangers: Team, team: Team):
    make_over(app, strangers)
    record(strangers.workspace.id, "workspace.changed", by=strangers.owner)
    theirs, told = rows(), len(audit_lines(100))
    make_release(team.editor)
    for name in ("workspaces", "people", "memberships"):
        theirs[name] = [row for row in theirs[name] if row[0] in ids_of(strangers, name)]

    delete(team)

    assert rows() == theirs
    assert len(audit_lines(100)) == told + 1


def ids_of(team: Team, name: str) -> set[int]:
    people = {team.viewer.id, team.editor.id, team.approver.id, team.owner.id}
    return people if name == "people" else {team.workspace.id}


def test_every_table_is_tied_to_a_workspace_or_said_to_be_of_all(tables: sa.MetaData):
    assert tables.tables
    for table in tables_inside():
        assert belongs(table, 1) is not None


def test_a_table_that_is_tied_to_nothing_is_noticed():
    table = sa.Table("notes", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))

    with pytest.raises(LookupError, match="notes is tied to no workspace"):
        belongs(table, 1)


def test_who_is_in_another_team_too_keeps_the_log_in(team: Team, strangers: Team):
    with writing() as session:
        session.add(
            Membership(
                workspace_id=strangers.workspace.id,
                person_id=team.editor.id,
                role="editor",
                created_at=clock.now(),
            )
        )
    editor_id = team.editor.id

    delete(team)

    assert db.session.get(Person, editor_id) is not None


def test_an_owner_reads_what_goes_and_deletes_it(app: Flask, client: Browser, team: Team):
    make_over(app, team)
    log_in(client, team.owner)

    page = client.get("/team/delete").text
    answer = client.send("/team/delete", TYPED)

    for said in ("1 release", "1 experiment", "1 address that somebody left", "4 log-ins"):
        assert said in page
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Larder is deleted" in client.get("/", follow_redirects=True).text
    assert client.get("/p/over").status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"workspace_name": "larder"}, "Type Larder"), ({"password": "wrong"}, "not your password")],
)
def test_both_must_be_typed_right(client: Browser, team: Team, typed: dict[str, str], said: str):
    log_in(client, team.owner)

    answer = client.send("/team/delete", TYPED | typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert contents_of(team.workspace).people == 4


def test_a_wrong_password_is_a_line_of_the_log(client: Browser, team: Team):
    log_in(client, team.owner)

    client.send("/team/delete", TYPED | {"password": "a wrong one"})

    [line] = audit_lines(10)
    assert (line.action, line.person_id) == ("login.password_refused", team.owner.id)


def test_a_page_that_is_open_must_be_ended_first(client: Browser, team: Team):
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    life.pause(make_running(revision, team.editor, team.approver), team.owner)
    log_in(client, team.owner)

    answer = client.send("/team/delete", TYPED)

    assert answer.status_code == 422
    assert "/p/larder is open to strangers" in answer.text
    assert contents_of(team.workspace).experiments == 1


def test_a_waiting_list_that_is_open_must_be_closed_first(app: Flask, team: Team):
    over = make_over(app, team)
    choose(over, team.owner, "open", waiting_variant="control")

    with pytest.raises(Refused, match="/p/over is open to strangers"):
        delete(team)

    choose(over, team.owner, "closed")
    delete(team)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Experiment)) == 0


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_only_an_owner_deletes_a_team(client: Browser, team: Team, role: str):
    log_in(client, getattr(team, role))

    assert client.get("/team/delete").status_code == 403
    assert client.send("/team/delete", TYPED).status_code == 403
    assert contents_of(team.workspace).people == 4


def test_a_form_that_comes_too_late_harms_no_others(app: Flask, team: Team, strangers: Team):
    over = make_over(app, team)
    revision = make_revision(strangers.editor)
    make_approval(revision, strangers.approver)
    make_running(revision, strangers.editor, strangers.approver, slug="kiln")
    late, mia = Visitor(app), Visitor(app)
    page = mia.get("/p/kiln")
    assert over.state == "ended"
    delete(team)

    late.get("/p/over")
    fields = {"token": token_in(page), "email": "mia@x.io", "website": ""}
    answer = mia.post("/p/kiln/signup", fields)

    assert answer.status_code == 303
    assert len(rows()["signups"]) == 1
