"""What owners see of their team over the API: never a secret."""

import pytest
from flask import Flask

from tests.api.conftest import Program, program_of
from tests.conftest import HandClock
from tests.delivery.sink import local
from tests.factories import Team, make_revision
from wbtest.extensions import runtime
from wbtest.team import delivery_settings

PATHS = ("/members", "/invitations", "/tokens", "/webhooks", "/mails", "/audit")


def test_members_are_listed_with_their_roles(program: Program, team: Team) -> None:
    members = program.get("/members").json["members"]

    assert [each["role"] for each in members] == ["viewer", "editor", "approver", "owner"]
    assert members[0]["email"] == team.viewer.email


def test_tokens_are_listed_without_their_text(program: Program) -> None:
    answer = program.get("/tokens")

    [token] = answer.json["tokens"]
    assert (token["made_by"], token["over"]) == ("Owner", "")
    assert token["scopes"] == ["read", "write", "decide", "admin", "manage"]
    assert program.token not in answer.text


def test_webhooks_are_listed_without_their_secret(app: Flask, program: Program, team: Team) -> None:
    runtime(app).outgoing = local()
    hook = delivery_settings.add_webhook("https://127.0.0.1/x", ["decision.made"])

    answer = program.get("/webhooks")

    assert [each["url"] for each in answer.json["webhooks"]] == [hook.url]
    assert hook.secret not in answer.text


def test_the_record_is_read_in_pages(program: Program) -> None:
    for _ in range(2):
        program.post("/releases", {"product": "Larder"})

    first = program.get("/audit?limit=2").json
    second = program.get(f"/audit?cursor={first['next']}").json

    actions = [each["action"] for page in (first, second) for each in page["items"]]
    assert actions == ["release.imported", "release.imported", "token.made"]
    assert first["items"][0]["who"].startswith("Owner <")


def test_who_was_turned_away_stands_in_a_kind_of_its_own(
    app: Flask, program: Program, team: Team
) -> None:
    program_of(app, team.editor, "read").post("/releases", {"product": "Larder"})

    kinds = {kind: program.get(f"/audit?{kind}").json["items"] for kind in ("", "kind=refusals")}

    assert "refused.scope" not in [each["action"] for each in kinds[""]]
    [line] = kinds["kind=refusals"]
    assert (line["action"], line["about"]) == ("refused.scope", "POST /api/v1/releases")


def test_the_record_is_narrowed_down_as_on_its_page(
    app: Flask, program: Program, team: Team, now: HandClock
) -> None:
    program_of(app, team.editor).post("/releases", {"product": "Larder"})
    now.turn(days=1)
    program.post("/releases", {"product": "Pantry"})

    for asked, people in (
        (f"person={team.editor.id}&kind=texts", ["Editor"]),
        ("first=2027-03-02&last=2027-03-02", ["Owner"]),
        ("kind=sending", []),
    ):
        items = program.get(f"/audit?{asked}").json["items"]
        assert [each["who"].partition(" ")[0] for each in items] == people


@pytest.mark.parametrize("asked", ["kind=gossip", "person=0", "first=yesterday"])
def test_what_the_record_does_not_know_is_refused(program: Program, asked: str) -> None:
    assert program.get(f"/audit?{asked}").status_code == 400


@pytest.mark.parametrize("path", PATHS)
def test_others_see_none_of_it(app: Flask, team: Team, path: str) -> None:
    approver = program_of(app, team.approver)

    assert approver.get(path).status_code == 403


def test_what_needs_the_maker_of_a_token_is_listed_for_nobody_else(
    app: Flask, program: Program, team: Team
) -> None:
    make_revision(team.editor)
    theirs = program_of(app, team.viewer)

    [need] = program.get("/needs-me").json["items"]

    assert need == {
        "kind": "approve",
        "what": "Approve or reject revision 1 of Larder",
        "by": "Editor",
        "since": "2027-03-01T09:00:00Z",
        "due": None,
        "is_late": False,
        "url": "http://localhost/releases/1/revisions/1",
    }
    assert theirs.get("/needs-me").json == {"items": []}
