"""Deleting everything: nothing stays but one line, and the next visit begins with the set-up."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import (
    Team,
    audit_lines,
    log_in,
    make_approval,
    make_revision,
    make_running,
)
from tests.publishing.test_images import picture
from tests.team.all_of_it import TYPED, delete, make_over, open_ways_in, rows
from tests.team.deeds import Deeds
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.images import add_image
from wbtest.publishing.lifecycle import choose_afterwards
from wbtest.publishing.models import Experiment
from wbtest.store import Refused
from wbtest.team.settings import count_contents, delete_everything


def test_nothing_is_left_but_one_line(app: Flask, team: Team, now: HandClock, client: Browser):
    make_over(app, team)
    for _, _, do in Deeds(team, now, client).story():
        do()
    add_image(team.editor, picture())
    open_ways_in(team)
    [listed] = db.session.scalars(sa.select(Experiment).where(Experiment.afterwards == "open"))
    choose_afterwards(listed, team.owner, "closed")
    full = {name for name, found in rows().items() if found}

    delete_everything(team.owner, name="Larder", password="another quiet word")

    assert [name for name, found in rows().items() if found] == []
    assert full >= {"visits", "sightings", "signups", "images", "image_files", "outbox_mails"}
    assert full >= {"invitations", "api_tokens", "kept_answers"}
    [line, purge_of_nobody] = audit_lines(10)
    assert (line.action, line.about) == ("team.deleted", "Larder")
    assert (purge_of_nobody.who, purge_of_nobody.about) == ("wbtest", "a page")


def test_an_owner_reads_what_goes_and_deletes_it(app: Flask, client: Browser, team: Team):
    make_over(app, team)
    log_in(client, team.owner)

    page = client.get("/settings/danger").text
    answer = client.send("/settings/danger", TYPED)

    for said in ("1 idea", "1 test", "1 sign-up", "4 accounts"):
        assert said in page
    assert (answer.status_code, answer.location) == (303, "/")
    page = client.get("/").text
    assert "Everything deleted. Restart the server to set it up again." in page
    assert "has no owner yet" in page
    assert client.get("/p/over").status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"team_name": "larder"}, "Enter Larder"), ({"password": "wrong"}, "not your password")],
)
def test_both_must_be_typed_right(client: Browser, team: Team, typed: dict[str, str], said: str):
    log_in(client, team.owner)

    answer = client.send("/settings/danger", TYPED | typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert count_contents().people == 4


def test_a_wrong_password_is_a_line_of_the_log(client: Browser, team: Team):
    log_in(client, team.owner)

    client.send("/settings/danger", TYPED | {"password": "a wrong one"})

    [line] = audit_lines(10)
    assert (line.action, line.person_id) == ("login.password_refused", team.owner.id)


def test_a_page_that_is_open_must_be_ended_first(client: Browser, team: Team):
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    lifecycle.pause(make_running(revision, team.editor, team.approver), team.owner)
    log_in(client, team.owner)

    answer = client.send("/settings/danger", TYPED)

    assert answer.status_code == 422
    assert "/p/larder is live" in answer.text
    assert count_contents().experiments == 1


def test_a_waiting_list_that_is_open_must_be_closed_first(app: Flask, team: Team):
    over = make_over(app, team)
    choose_afterwards(over, team.owner, "open", waiting_variant="control")

    with pytest.raises(Refused, match="/p/over is live"):
        delete(team)

    choose_afterwards(over, team.owner, "closed")
    delete(team)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Experiment)) == 0


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_only_an_owner_deletes_a_team(client: Browser, team: Team, role: str):
    log_in(client, getattr(team, role))

    assert client.get("/settings/danger").status_code == 403
    assert client.send("/settings/danger", TYPED).status_code == 403
    assert count_contents().people == 4
