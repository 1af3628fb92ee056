"""What a form takes: its own fields, whatever else is sent along."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from wtforms import Form

from tests.conftest import Browser
from tests.factories import Team, log_in
from wbtest.extensions import db
from wbtest.team.models import Membership

# What the server alone writes: whose it is, who did it, and when.
SERVERS = {
    *("id", "person_id", "author_id", "writer_id", "approver_id", "release_id"),
    *("revision_id", "experiment_id", "created_at", "approved_at", "approved_by", "started_at"),
    *("is_admin", "is_owner", "password_hash", "token_hash", "digest", "visits", "seen"),
}
MEMBERS = db.select(Membership).order_by(Membership.person_id)


def forms(kind: type[Form] = Form) -> Iterator[type[Form]]:
    for each in kind.__subclasses__():
        yield each
        yield from forms(each)


def ours() -> dict[str, type[Form]]:
    return {
        f"{form.__module__}.{form.__name__}": form
        for form in forms()
        if form.__module__.startswith("wbtest.")
    }


def test_no_form_has_a_field_for_what_the_server_alone_writes(app: Flask) -> None:
    found = {
        name: fields
        for name, form in ours().items()
        if (fields := SERVERS & {field for field in dir(form) if not field.startswith("_")})
    }

    assert len(ours()) > 40
    assert found == {}


def test_what_nobody_asked_for_is_passed_over(client: Browser, team: Team) -> None:
    log_in(client, team.owner)
    before = {m.person_id: m.role for m in db.session.scalars(MEMBERS)}
    made = team.settings.created_at
    asked = {"team_name": "Pantry", "controller": "Us", "contact_email": "us@x.io"}

    answer = client.send("/settings/identity", dict.fromkeys({*SERVERS, "role"}, "2") | asked)

    assert answer.status_code == 303
    assert (team.settings.id, team.settings.name, team.settings.created_at) == (
        1,
        "Pantry",
        made,
    )
    assert before == {m.person_id: m.role for m in db.session.scalars(MEMBERS)}


def test_passwords_are_masked_and_a_program_may_fill_them_in(client: Browser, team: Team) -> None:
    log_in_page = client.get("/login").text
    log_in(client, team.owner)

    fields = re.findall(r"<input[^>]*password[^>]*>", log_in_page + client.get("/account").text)

    assert len(fields) >= 4
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)


@pytest.mark.parametrize("path", ["/ideas", "/ideas?view=chart", "/settings"])
def test_the_way_out_stands_on_every_page(client: Browser, team: Team, path: str) -> None:
    log_in(client, team.viewer)

    assert 'action="/logout"' in client.get(path).text
