"""The team's page: everybody reads it, only an owner changes it."""

import pytest

from tests.conftest import Browser
from tests.factories import log_in, make_person, make_workspace
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.team.models import Workspace

FACTS = {
    "team_name": "Larder Labs",
    "controller": "Larder Labs Ltd, Leeds",
    "contact_email": "Hello@Larder.example",
}


def come_in(client: Browser, role: str) -> Workspace:
    workspace = make_workspace()
    log_in(client, make_person("pat@example.com", role, workspace))
    return workspace


def test_an_owner_changes_the_facts(client: Browser) -> None:
    workspace = come_in(client, "owner")

    response = client.send("/team", FACTS)

    assert response.status_code == 303
    assert workspace.name == "Larder Labs"
    assert workspace.contact_email == "hello@larder.example"
    assert "Saved." in client.get("/team").text


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_nobody_else_can(client: Browser, role: str) -> None:
    workspace = come_in(client, role)

    assert client.send("/team", FACTS).status_code == 403
    assert workspace.name == "Larder"
    assert "<form" not in client.get("/team").text.partition('id="facts"')[2]


@pytest.mark.parametrize(
    ("field", "typed"), [("team_name", " "), ("controller", ""), ("contact_email", "a@b")]
)
def test_a_bad_fact_is_named_and_the_rest_is_kept(client: Browser, field: str, typed: str) -> None:
    workspace = come_in(client, "owner")

    response = client.send("/team", {**FACTS, "team_name": "Kept", field: typed})

    assert response.status_code == 422
    assert f'id="{field}-error"' in response.text
    assert workspace.name == "Larder"


def test_what_people_type_is_never_markup_or_template(client: Browser) -> None:
    come_in(client, "owner")

    client.send("/team", {**FACTS, "team_name": "<b>{{ 7*7 }}</b>"})

    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt;" in client.get("/team").text


def test_an_owner_sees_mail_that_waits_for_a_server(client: Browser) -> None:
    workspace = come_in(client, "owner")
    queue_mail(recipient="a@x.io", subject="Hello", body="…", workspace_id=workspace.id)
    queue_mail(recipient="b@x.io", subject="Hello", body="…", workspace_id=workspace.id + 1)

    page = client.get("/team").text

    assert "1 mail waits." in page
    assert "No mail server is set" in page


def test_the_name_of_the_team_survives_a_save(client: Browser) -> None:
    come_in(client, "owner")
    client.send("/team", FACTS)

    assert db.session.scalars(db.select(Workspace.controller)).one() == FACTS["controller"]
