"""Everybody says which mails they want, on a page or by the link in each mail."""

import re

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.results.telling.telling import mails, recipients
from wbtest.audience.signing.alarms import tell
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.telling.choices import Choice, choice_of, choose, stop_token, wanting
from wbtest.results.telling.models import MailChoice
from wbtest.team.models import Membership, Person


def chosen(team: Team, person: Person) -> Choice:
    db.session.rollback()
    return choice_of(db.session.get_one(Membership, (team.workspace.id, person.id)))


def test_those_who_decide_are_told_of_events_and_nobody_weekly_until_they_choose(team: Team):
    assert wanting(team.workspace.id, "weekly") == []
    assert wanting(team.workspace.id, "events") == [team.approver, team.owner]


@pytest.mark.parametrize("role", ["viewer", "editor", "approver", "owner"])
def test_every_member_chooses_for_themselves(role: str, client: Browser, team: Team):
    person = getattr(team, role)
    log_in(client, person)
    is_told = role in ("approver", "owner")
    page = client.get("/team/mails").text

    assert page.count("checked") == is_told + (role == "owner")
    assert client.send("/team/mails", {"weekly": "y"}).status_code == 303

    assert chosen(team, person) == Choice(weekly=True, events=False, alarms=False)
    assert wanting(team.workspace.id, "weekly") == [person]
    assert len(db.session.scalars(db.select(MailChoice)).all()) == 1
    assert client.send("/team/mails", {"events": "y"}).status_code == 303
    assert chosen(team, person) == Choice(weekly=False, events=True, alarms=False)


def test_nobody_else_chooses(client: Browser, team: Team):
    assert client.get("/team/mails").location.startswith("/login?")
    assert client.send("/team/mails", {"weekly": "y"}).location.startswith("/login?")
    assert db.session.scalars(db.select(MailChoice)).all() == []


def test_the_team_page_leads_there(client: Browser, team: Team):
    log_in(client, team.viewer)

    assert 'href="/team/mails"' in client.get("/team").text


def test_opening_the_link_stops_nothing_and_its_button_stops_one_kind(client: Browser, team: Team):
    choose(team.workspace.id, team.owner.id, weekly=True, events=True)
    link = f"/mails/stop/{stop_token(team.workspace.id, team.owner.id, 'weekly')}"

    asked = client.get(link)
    assert chosen(team, team.owner) == Choice(weekly=True, events=True, alarms=True)
    done = client.send(link)

    assert "Stop these mails?" in asked.text
    assert "Stopped" in done.text
    assert asked.headers["Referrer-Policy"] == "no-referrer"
    assert chosen(team, team.owner) == Choice(weekly=False, events=True, alarms=True)


def test_a_mail_program_stops_them_by_itself_and_twice_is_once(client: Browser, team: Team):
    link = f"/mails/stop/{stop_token(team.workspace.id, team.owner.id, 'events')}"
    one_click = {"List-Unsubscribe": "One-Click"}

    assert [client.post(link, data=one_click).status_code for _ in range(2)] == [200, 200]
    assert chosen(team, team.owner) == Choice(weekly=False, events=False, alarms=True)


def test_an_owner_does_without_mails_of_unusual_sign_ups_and_still_sees_the_hour(
    experiment: Experiment, client: Browser, team: Team, now: HandClock
):
    tell(experiment, "many", "400 addresses came in the last hour.", now())
    [mail] = mails()
    link = re.search(r"/mails/stop/\S+", mail.body)
    assert link
    stopped = client.send(link[0]).text
    now.turn(hours=2)
    tell(experiment, "machines", "A machine left most of them.", now())
    log_in(client, team.owner)
    page = client.get(f"/experiments/{experiment.id}/signups").text

    assert recipients() == ["owner"]
    assert "You get no more mails about unusual sign-ups." in stopped
    assert "1 March 2027, 11:00 UTC</b>: most addresses seemed to be left by a machine." in page
    assert wanting(team.workspace.id, "events") == [team.approver, team.owner]


def test_a_link_that_is_not_ours_stops_nothing(client: Browser, team: Team, app: Flask):
    ours = stop_token(team.workspace.id, team.owner.id, "events")
    other = stop_token(team.workspace.id, 999, "events")
    forged = f"{team.workspace.id}.{team.approver.id}.{ours.split('.', 2)[2]}"

    for token in ("x", "é", "1.2.events", forged, other, ours[:-1], f"{ours}x"):
        assert client.get(f"/mails/stop/{token}").status_code == 404
        assert client.send(f"/mails/stop/{token}").status_code == 404
    assert wanting(team.workspace.id, "events") == [team.approver, team.owner]


def test_what_one_workspace_chose_is_nothing_to_another(
    team: Team, strangers: Team, now: HandClock
):
    choose(team.workspace.id, team.owner.id, weekly=True, events=False)

    assert wanting(strangers.workspace.id, "weekly") == []
    assert wanting(strangers.workspace.id, "events") == [strangers.approver, strangers.owner]
