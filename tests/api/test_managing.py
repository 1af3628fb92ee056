"""What owners do over the API: let people in and out, tokens, webhooks, mail. Secrets once."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Program, program_of
from tests.conftest import HandClock
from tests.delivery.sink import local
from tests.factories import (
    PASSWORD,
    Team,
    make_approval,
    make_person,
    make_release,
    make_revision,
    make_running,
)
from wbtest.api.idempotency import KeptAnswer
from wbtest.api.team import SCOPES_OF
from wbtest.config import Settings
from wbtest.delivery.models import OutboxEvent, OutboxMail, Webhook
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db, runtime
from wbtest.store import writing
from wbtest.team import access, people, tokens
from wbtest.team.models import Invitation

TOKEN = {"name": "CI", "scopes": ["read"], "password": PASSWORD}
INVITED = {"email": "mei@x.io", "role": "editor", "password": PASSWORD}
HOOK = {"url": "https://127.0.0.1/x", "events": ["decision.made"]}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Without a mail server, so links of invitations are in the answers."""
    return replace(settings, mail_url="")


@pytest.fixture
def hook(app: Flask, program: Program) -> Any:
    runtime(app).outgoing = local()
    return program.post("/webhooks", HOOK).json


def path_of(what: str, team: Team) -> str:
    """The address at which such a thing is made."""
    if what == "links":
        return f"/releases/{make_release(team.editor).id}/links"
    if what == "shared":
        revision = make_revision(team.editor)
        make_approval(revision, team.approver)
        return f"/experiments/{make_running(revision, team.editor, team.approver).id}/shared"
    return f"/{what}"


@pytest.mark.parametrize(
    ("what", "body", "secret"),
    [
        ("invitations", INVITED, "link"),
        ("tokens", TOKEN, "text"),
        ("webhooks", HOOK, "secret"),
        ("links", {"name": "Ann"}, "url"),
        ("shared", {"label": "our bank"}, "url"),
    ],
)
def test_a_secret_is_told_once_and_kept_in_no_answer(
    app: Flask, program: Program, team: Team, what: str, body: Any, secret: str
) -> None:
    runtime(app).outgoing = local()
    path = path_of(what, team)

    first, again = (program.post(path, body, Idempotency_Key="k-1") for _ in range(2))

    assert first.status_code == 201, first.text
    assert first.json[secret]
    assert again.json == first.json | {secret: None}
    assert db.session.scalars(db.select(KeptAnswer.body)).one() == again.data
    listed = program.get(path)
    assert listed.status_code == 200
    assert first.json[secret] not in listed.text


def test_a_new_token_opens_what_it_is_for(program: Program, team: Team) -> None:
    made = program.post("/tokens", TOKEN | {"days": 30}).json

    new = Program(program.client, made["text"])
    assert new.get("/releases").status_code == 200
    assert new.post("/releases", {"product": "Larder"}).status_code == 403


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"password": "a guess at it"}, "password"),
        ({"scopes": []}, "scopes"),
        ({"days": 0}, "days"),
    ],
)
def test_a_token_that_is_asked_for_wrongly_is_not_made(
    program: Program, team: Team, parts: Any, field: str
) -> None:
    answer = program.post("/tokens", TOKEN | parts)

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert len(tokens.list_tokens()) == 1


@pytest.mark.parametrize(
    ("scopes", "path", "body", "lacking"),
    [
        ("read manage", "/tokens", TOKEN | {"scopes": ["read", "decide"]}, "decide"),
        ("manage", "/invitations", INVITED | {"role": "viewer"}, "read"),
        ("read manage", "/invitations", INVITED | {"role": "viewer"}, "write"),
        ("read write manage", "/invitations", INVITED | {"role": "approver"}, "decide"),
        ("read write decide manage", "/invitations", INVITED | {"role": "owner"}, "admin"),
        ("manage", "/webhooks", HOOK, "read"),
        ("read manage", "/webhooks", HOOK | {"addresses": True}, "admin"),
        ("write", "links", {"name": "Ann"}, "read"),
        ("decide", "shared", {"label": "our bank"}, "read"),
    ],
)
def test_a_token_gives_nothing_that_it_lacks_itself(
    app: Flask, team: Team, scopes: str, path: str, body: Any, lacking: str
) -> None:
    runtime(app).outgoing = local()
    path = path if path.startswith("/") else path_of(path, team)
    program = program_of(app, team.owner, *scopes.split())

    answer = program.post(path, body)

    assert answer.status_code == 403
    assert f"“{lacking}”" in answer.json["detail"]
    assert db.session.scalars(db.select(Invitation)).all() == []
    assert db.session.scalars(db.select(Webhook)).all() == []


@pytest.mark.parametrize("role", access.ROLES)
def test_a_token_that_holds_what_a_role_does_gives_that_role(
    app: Flask, team: Team, role: str
) -> None:
    program = program_of(app, team.owner, *SCOPES_OF[role], "manage")

    answer = program.post("/invitations", INVITED | {"role": role})

    assert answer.status_code == 201


def test_the_link_of_an_owner_who_was_asked_in_is_not_made_again_by_less(
    app: Flask, program: Program, team: Team
) -> None:
    asked = program.post("/invitations", INVITED | {"role": "owner"}).json
    less = program_of(app, team.owner, "read", "write", "manage")

    answer = less.post(f"/invitations/{asked['id']}/again", {"password": PASSWORD})

    assert (answer.status_code, "link" in answer.text) == (403, False)


def test_nobody_is_raised_above_what_the_token_holds(app: Flask, team: Team) -> None:
    program = program_of(app, team.owner, "read", "write", "manage")
    address = f"/members/{team.viewer.id}"

    answers = [
        program.patch(address, {"role": role, "password": PASSWORD})
        for role in ("owner", "approver", "editor")
    ]

    assert [each.status_code for each in answers] == [403, 403, 200]


@pytest.mark.parametrize("given", [{}, {"password": "a guess at it"}])
def test_a_role_is_given_for_the_password_alone(program: Program, team: Team, given: Any) -> None:
    asked = program.post("/invitations", INVITED).json
    role = {"role": "owner"}

    answers = [
        program.post("/invitations", {"email": "ann@x.io", **role, **given}),
        program.post(f"/invitations/{asked['id']}/again", given),
        program.patch(f"/members/{team.viewer.id}", role | given),
    ]

    assert [each.status_code for each in answers] == [422] * 3
    assert [list(each.json["errors"]) for each in answers] == [["password"]] * 3
    assert [each.role for each in db.session.scalars(db.select(Invitation))] == ["editor"]


def test_passwords_are_not_guessed_here_either(program: Program) -> None:
    guesses = [program.post("/tokens", TOKEN | {"password": f"guess {n}"}) for n in range(11)]

    assert [each.status_code for each in guesses] == [422] * 10 + [429]
    assert guesses[-1].headers["Retry-After"] == "900"


def test_a_team_that_invited_too_many_is_told_how_long_to_wait(
    program: Program, monkeypatch: pytest.MonkeyPatch, now: HandClock
) -> None:
    monkeypatch.setattr(people, "MOST_A_DAY", 1)
    program.post("/invitations", INVITED)
    now.turn(hours=1)

    refused = program.post("/invitations", INVITED | {"email": "ann@x.io"})

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "86400")


def test_an_ended_token_opens_nothing(app: Flask, program: Program, team: Team) -> None:
    other = program_of(app, team.owner, "read")
    [number] = [each["id"] for each in program.get("/tokens").json["tokens"][:1]]

    assert program.ask("DELETE", f"/tokens/{number}").status_code == 204

    assert other.get("/releases").status_code == 401


def test_somebody_is_asked_in_again_and_no_more(program: Program) -> None:
    asked = program.post("/invitations", INVITED | {"email": "Mei@x.io"}).json
    again = program.post(f"/invitations/{asked['id']}/again", {"password": PASSWORD}).json

    assert (asked["email"], asked["by"]) == ("mei@x.io", "Owner")
    assert asked["link"] != again["link"]
    assert program.ask("DELETE", f"/invitations/{asked['id']}").status_code == 204
    assert db.session.scalars(db.select(Invitation)).all() == []


@pytest.mark.parametrize(
    ("email", "status"),
    [(b"mei\xff@x.io", 400), (b"mei%ff@x.io", 422), (b"mei\xef\xbf\xbd@x.io", 422)],
)
def test_bytes_that_are_no_text_are_refused_in_an_email(
    program: Program, email: bytes, status: int
) -> None:
    answer = program.client.post(
        "/api/v1/invitations",
        data=json.dumps(INVITED | {"email": "EMAIL"}).encode().replace(b"EMAIL", email),
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.token}"},
    )

    assert answer.status_code == status
    assert db.session.scalars(db.select(Invitation)).all() == []


def test_a_member_gets_another_role_and_goes(program: Program, team: Team) -> None:
    address = f"/members/{team.viewer.id}"

    changed = program.patch(address, {"role": "editor", "password": PASSWORD})
    gone = program.ask("DELETE", address)

    assert (changed.json["role"], gone.status_code) == ("editor", 204)
    assert team.viewer.email not in program.get("/members").text


def test_the_last_owner_stays(program: Program, team: Team) -> None:
    answers = [
        program.patch(f"/members/{team.owner.id}", {"role": "viewer", "password": PASSWORD}),
        program.ask("DELETE", f"/members/{team.owner.id}"),
    ]

    assert [each.status_code for each in answers] == [409, 409]


def test_a_program_falls_with_the_role_that_it_gives_away(program: Program, team: Team) -> None:
    make_person("second@larder.example", "owner")

    body = {"role": "editor", "password": PASSWORD}
    lowered = program.patch(f"/members/{team.owner.id}", body)

    assert lowered.json["role"] == "editor"
    assert program.get("/releases").status_code == 401


def test_a_webhook_is_tried_turned_off_and_deleted(program: Program, hook: Any) -> None:
    address = f"/webhooks/{hook['id']}"

    tried = program.post(f"{address}/test").json
    deliveries = program.get(f"{address}/deliveries").json["deliveries"]
    off = program.patch(address, {"state": "disabled"})

    assert tried == {"queued": 1}
    assert [(each["kind"], each["state"]) for each in deliveries] == [("test", "waiting")]
    assert off.status_code == 204
    assert program.get(address).json["state"] == "disabled"
    assert program.post(f"{address}/test").status_code == 409
    assert program.ask("DELETE", address).status_code == 204
    assert db.session.scalars(db.select(Webhook)).all() == []


def test_an_event_that_was_given_up_is_sent_again(program: Program, hook: Any) -> None:
    address = f"/webhooks/{hook['id']}"
    program.post(f"{address}/test")
    [tried] = program.get(f"{address}/deliveries").json["deliveries"]
    with writing() as session:
        session.execute(db.update(OutboxEvent).values(state="failed", error="It was away."))

    strange = program.post(f"{address}/deliveries/again", {"ids": ["msg_nothing"]})
    again = program.post(f"{address}/deliveries/again", {"ids": [tried["id"]]})

    assert (strange.json, again.json) == ({"queued": 0}, {"queued": 1})
    [delivery] = program.get(f"{address}/deliveries").json["deliveries"]
    assert (delivery["id"], delivery["state"]) == (tried["id"], "waiting")


def test_no_more_events_are_named_than_are_listed(program: Program, hook: Any) -> None:
    answer = program.post(f"/webhooks/{hook['id']}/deliveries/again", {"ids": ["msg_nothing"] * 51})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["ids"])


def test_an_event_that_there_is_not_is_named(app: Flask, program: Program) -> None:
    runtime(app).outgoing = local()

    answer = program.post("/webhooks", HOOK | {"events": ["decision.mad"]})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["events"])


def test_mail_that_did_not_arrive_is_sent_again_or_dismissed(program: Program, team: Team) -> None:
    with writing():
        for name in ("mia", "mei"):
            mail = queue_mail(
                recipient=f"{name}@x.io",
                subject="Hello",
                body="A link",
            )
            mail.state = "failed"
    first, second = program.get("/mails").json["mails"]

    sent = program.post(f"/mails/{first['id']}/again")
    gone = program.ask("DELETE", f"/mails/{second['id']}")

    assert (sent.json, gone.status_code) == ({"queued": 1}, 204)
    assert "A link" not in program.get("/mails?state=waiting").text
    assert [mail.id for mail in db.session.scalars(db.select(OutboxMail))] == [first["id"]]


def test_who_may_only_manage_reads_nothing_of_mail_and_webhooks(
    app: Flask, program: Program, hook: Any, team: Team
) -> None:
    with writing():
        mail = queue_mail(recipient="mia@x.io", subject="Hello", body="A link")
        mail.state = "failed"
    program.post(f"/webhooks/{hook['id']}/test")
    manages = program_of(app, team.owner, "manage")

    answers = [
        manages.post(f"/mails/{mail.id}/again"),
        manages.post(f"/webhooks/{hook['id']}/test"),
        manages.patch(f"/webhooks/{hook['id']}", {"state": "active"}),
    ]

    assert [each.json for each in answers[:2]] == [{"queued": 1}] * 2
    assert (answers[2].status_code, answers[2].data) == (204, b"")


def test_the_team_says_who_answers_for_its_pages(program: Program) -> None:
    changed = program.patch("/team", {"controller": " Larder  Ltd, Leeds "})
    empty = program.patch("/team", {"name": "  "})

    assert (changed.json["controller"], changed.json["name"]) == ("Larder Ltd, Leeds", "Larder")
    assert (empty.status_code, list(empty.json["errors"])) == (422, ["name"])


def test_the_coach_and_the_approvers_are_told_what_to_ask(program: Program, team: Team) -> None:
    coach = program.patch("/coach", {"jargon": ["synergy"]}).json
    approving = program.patch("/approving", {"approvals": 2, "required": [team.owner.id]}).json

    assert (coach["jargon"], coach["allowed"]) == (["synergy"], [])
    assert program.patch("/coach", {"muted": ["A0"]}).status_code == 422
    assert approving == {"approvals": 2, "required": [team.owner.id]}


def test_a_token_without_the_scope_manage_changes_no_member(app: Flask, team: Team) -> None:
    program = program_of(app, team.owner, "read", "write", "decide", "admin")

    answer = program.patch(f"/members/{team.viewer.id}", {"role": "owner"})

    assert answer.status_code == 403
    assert "“manage”" in answer.json["detail"]


def test_a_webhook_says_which_chat_app_it_posts_to(program: Program) -> None:
    slack = HOOK | {"url": "https://hooks.slack.com/services/T0/B0/abc"}

    assert program.post("/webhooks", slack).json["service"] == "Slack"
    other = HOOK | {"url": "https://hooks.example/x"}
    assert program.post("/webhooks", other).json["service"] == ""
