"""Everybody says whether they want mails about tests, on a page or by the link in each mail."""

from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.ideas.notifying.told import mails, recipients
from wbtest.audience.alarms import tell
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.team.mail_preferences import choose_test_mails, list_recipients, stop_test_mails_url
from wbtest.team.models import Person


def people(team: Team) -> list[Person]:
    db.session.rollback()
    return [person for person, _ in list_recipients()]


def link_of(team: Team, person: Person) -> str:
    return urlsplit(stop_test_mails_url(person.id)).path


def test_those_who_decide_get_mails_until_they_choose(team: Team):
    assert people(team) == [team.approver, team.owner]


@pytest.mark.parametrize("role", ["viewer", "editor", "approver", "owner"])
def test_every_member_chooses_for_themselves(role: str, client: Browser, team: Team):
    person = getattr(team, role)
    log_in(client, person)
    was_wanted = role in ("approver", "owner")
    assert client.get("/notifications").text.count('checked id="is_wanted"') == was_wanted

    chosen = {} if was_wanted else {"is_wanted": "y"}
    assert client.send("/notifications", chosen).status_code == 303

    assert (person in people(team)) != was_wanted
    assert client.get("/notifications").text.count('checked id="is_wanted"') != was_wanted


def test_every_page_leads_there(client: Browser, team: Team):
    log_in(client, team.viewer)

    assert 'href="/notifications"' in client.get("/settings").text


def test_opening_the_link_stops_nothing_and_its_button_does(client: Browser, team: Team):
    link = link_of(team, team.owner)

    asked = client.get(link)
    assert people(team) == [team.approver, team.owner]
    done = client.send(link)

    assert "Unsubscribe?" in asked.text
    assert "Unsubscribed" in done.text
    assert asked.headers["Referrer-Policy"] == "no-referrer"
    assert people(team) == [team.approver]


def test_a_mail_program_stops_them_by_itself_and_twice_is_once(client: Browser, team: Team):
    one_click = {"List-Unsubscribe": "One-Click"}
    answers = [client.post(link_of(team, team.owner), data=one_click) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert people(team) == [team.approver]


def test_only_owners_who_want_mails_hear_of_unusual_sign_ups(
    experiment: Experiment, client: Browser, team: Team, now: HandClock
):
    tell(experiment, "many", "400 addresses came in the last hour.", now())
    choose_test_mails(team.owner.id, is_wanted=False)
    now.turn(hours=2)
    tell(experiment, "machines", "A machine left most of them.", now())
    log_in(client, team.owner)
    page = client.get(f"/experiments/{experiment.id}/signups").text

    assert recipients() == ["owner"]
    assert f"Unsubscribe:\n{mails()[0].leave_url}\n" in mails()[0].body
    assert "1 March 2027, 11:00 UTC</b>: most sign-ups looked automated." in page


def test_a_link_that_is_not_ours_stops_nothing(client: Browser, team: Team, app: Flask):
    ours = link_of(team, team.owner)
    other = stop_test_mails_url(999)
    forged = f"{team.settings.id}.{team.approver.id}.{ours.rpartition('.')[2]}"

    for link in ("x", "é", "1.2", forged, other.rpartition("/")[2], ours[:-1], f"{ours}x"):
        token = link.rpartition("/")[2]
        assert client.get(f"/mails/stop/{token}").status_code == 404
        assert client.send(f"/mails/stop/{token}").status_code == 404
    assert people(team) == [team.approver, team.owner]
