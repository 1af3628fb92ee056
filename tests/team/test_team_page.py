"""The public identity and the people: everybody reads them, only an owner changes them."""

import pytest

from tests.conftest import Browser
from tests.factories import log_in, make_person, make_settings
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.team.models import TeamSettings

FACTS = {
    "team_name": "Larder Labs",
    "controller": "Larder Labs Ltd, Leeds",
    "contact_email": "Hello@Larder.example",
}


def come_in(client: Browser, role: str) -> TeamSettings:
    team = make_settings()
    log_in(client, make_person("pat@example.com", role))
    return team


def test_an_owner_changes_the_facts(client: Browser) -> None:
    team = come_in(client, "owner")

    response = client.send("/settings/identity", FACTS)

    assert response.status_code == 303
    assert team.name == "Larder Labs"
    assert team.contact_email == "hello@larder.example"
    assert "Saved." in client.get("/settings/identity").text


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_nobody_else_can(client: Browser, role: str) -> None:
    team = come_in(client, role)

    assert client.send("/settings/identity", FACTS).status_code == 403
    assert team.name == "Larder"
    assert 'name="team_name"' not in client.get("/settings/identity").text


@pytest.mark.parametrize(
    ("field", "typed"), [("team_name", " "), ("controller", ""), ("contact_email", "a@b")]
)
def test_a_bad_fact_is_named_and_the_rest_is_kept(client: Browser, field: str, typed: str) -> None:
    team = come_in(client, "owner")

    response = client.send("/settings/identity", {**FACTS, "team_name": "Kept", field: typed})

    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert team.name == "Larder"


def test_what_people_type_is_never_markup_or_template(client: Browser) -> None:
    come_in(client, "owner")

    client.send("/settings/identity", {**FACTS, "team_name": "<b>{{ 7*7 }}</b>"})

    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt;" in client.get("/settings").text


def test_an_owner_sees_mail_that_waits_for_a_server(client: Browser) -> None:
    come_in(client, "owner")
    queue_mail(recipient="a@x.io", subject="Hello", body="…")
    queue_mail(recipient="b@x.io", subject="Hello", body="…")

    page = client.get("/settings/email").text

    assert "2 emails queued." in " ".join(page.split())
    assert "Email isn’t set up" in page


def test_the_name_of_the_team_survives_a_save(client: Browser) -> None:
    come_in(client, "owner")
    client.send("/settings/identity", FACTS)

    assert db.session.scalars(db.select(TeamSettings.controller)).one() == FACTS["controller"]
