"""Who may call the API, how often, and what is said to a request that does not fit."""

from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Program, program_of
from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_release
from wbtest.api import dispatch, routes
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team.models import Membership
from wbtest.team.tokens import make_token
from wbtest.writing.models import Release

BODY = {"product": "Larder"}


def send(program: Program, data: bytes, **headers: str) -> Any:
    """POST bytes as they are to the releases."""
    sent = {"Authorization": f"Bearer {program.token}", "Content-Type": "application/json"}
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return program.client.post("/api/v1/releases", data=data, headers=sent | named)


def count_releases() -> int:
    return db.session.scalar(db.select(db.func.count(Release.id))) or 0


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer nobody", "Bearer wbt_nobody", "Basic YTpi", "Bearer \xff\xfe"]
)
def test_without_a_live_token_nothing_opens(client: Browser, team: Team, sent: str) -> None:
    answer = client.get("/api/v1/releases", headers={"Authorization": sent} if sent else {})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == 401
    assert "An owner can create" in answer.json["detail"]


def test_the_cookie_of_somebody_logged_in_opens_nothing(client: Browser, team: Team) -> None:
    log_in(client, team.owner)

    assert client.get("/api/v1/releases").status_code == 401
    assert client.post("/api/v1/releases", json=BODY).status_code == 401


def test_a_cookie_beside_a_token_changes_nobody(program: Program, team: Team) -> None:
    log_in(program.client, team.viewer)

    made = program.post("/releases", BODY)

    assert (made.status_code, made.json["author"]) == (201, "Owner")


@pytest.mark.parametrize("name", ["token", "access_token", "api_key"])
def test_a_token_in_the_address_is_refused(program: Program, name: str) -> None:
    answer = program.client.get(f"/api/v1/releases?{name}={program.token}")

    assert answer.status_code == 400
    assert "addresses are kept in logs" in answer.json["detail"]


def test_a_token_that_may_only_read_does_not_write(app: Flask, team: Team) -> None:
    program = program_of(app, team.owner, "read")

    answer = program.post("/releases", BODY)

    assert (answer.status_code, count_releases()) == (403, 0)
    assert "“write”" in answer.json["detail"]
    assert program.get("/releases").status_code == 200


def test_a_token_may_no_more_than_its_maker(app: Flask, team: Team) -> None:
    program = program_of(app, team.viewer)

    assert program.post("/releases", BODY).status_code == 403
    assert program.get("/releases").status_code == 200


def test_a_token_dies_with_its_makers_role(program: Program, team: Team) -> None:
    assert program.get("/releases").status_code == 200

    with writing() as session:
        session.get_one(Membership, team.owner.id).role = "editor"

    assert program.get("/releases").status_code == 401


def test_each_answer_says_how_many_requests_are_left(program: Program) -> None:
    first, second = program.get("/releases"), program.get("/releases/4711")

    names = ("Limit", "Remaining", "Reset")
    assert [first.headers[f"RateLimit-{name}"] for name in names] == ["600", "599", "60"]
    assert second.headers["RateLimit-Remaining"] == "598"


def test_too_many_requests_wait_and_those_of_another_token_do_not(
    program: Program, team: Team, now: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "MOST_REQUESTS", 1)
    _, other = make_token(team.owner, name="another", scopes=["read"])

    codes = [program.get("/releases").status_code for _ in range(2)]
    refused = program.get("/releases")

    assert (codes, refused.headers["Retry-After"]) == ([200, 429], "60")
    assert refused.content_type == "application/problem+json"
    assert Program(program.client, other).get("/releases").status_code == 200
    now.turn(seconds=60)
    assert program.get("/releases").status_code == 200


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This is not JSON"),
        (b"[]", "Send an object"),
        (b'"x"', "Send an object"),
        (b"null", "Send an object"),
        (b'{"product": "Larder",}', "This is not JSON"),
        (b'{"product": "a", "product": "b"}', "'product' is in one object twice"),
        (b'{"product": NaN}', "NaN isn’t a JSON number"),
        (b'{"product": 1e400}', "too large a number"),
        (b'{"product": ' + b"9" * 5000 + b"}", "A number is too long"),
        (b"[" * 100_000, "levels deep"),
        (b'{"faq": ' + b"[" * 40 + b"]" * 40 + b"}", "levels deep"),
        (b'{"product": "\xff\xfe"}', "not text in UTF-8"),
        (b'{"product": "a\\u0000b"}', "NUL"),
        (b'{"product": "\\ud800"}', "half of one"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    program: Program, data: bytes, sentence: str
) -> None:
    answer = send(program, data)

    assert (answer.status_code, count_releases()) == (400, 0)
    assert sentence in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"product": ["a", "b"]}, "product"),
        ({"product": {"a": 1}}, "product"),
        ({"product": 7}, "product"),
        ({"headline": "Dinner"}, "product"),
        (BODY | {"faq": [{"audience": "everybody"}]}, "faq[0].audience"),
        (BODY | {"author_id": 2}, "author_id"),
        (BODY | {"dateline": {"role": "owner"}}, "dateline.role"),
    ],
)
def test_what_does_not_fit_is_named(program: Program, body: dict[str, Any], field: str) -> None:
    answer = program.post("/releases", body)

    assert (answer.status_code, count_releases()) == (422, 0)
    assert list(answer.json["errors"]) == [field]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_read(program: Program, kind: str) -> None:
    assert send(program, b'{"product": "Larder"}', Content_Type=kind).status_code == 415


def test_an_address_that_takes_nothing_takes_no_form(program: Program, team: Team) -> None:
    path = f"/api/v1/releases/{make_release(team.editor).id}/revisions"
    headers = {"Authorization": f"Bearer {program.token}"}

    answer = program.client.post(path, data={"a": "b"}, headers=headers)

    assert answer.status_code == 415


def test_a_compressed_body_is_not_read(program: Program) -> None:
    assert send(program, b"\x1f\x8b", Content_Encoding="gzip").status_code == 415


def test_too_long_a_body_is_refused(program: Program) -> None:
    answer = send(program, b'{"product": "' + b"x" * routes.LONGEST_BODY + b'"}')

    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")


@pytest.mark.parametrize(
    "query", ["page=1", "limit=0", "limit=101", "limit=x", "limit=1&limit=2", "cursor=x", "a=%00"]
)
def test_what_an_address_does_not_know_is_refused(program: Program, query: str) -> None:
    answer = program.get(f"/releases?{query}")

    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "FOO"])
def test_a_method_that_is_not_there_is_answered_with_those_that_are(
    program: Program, method: str
) -> None:
    answer = program.ask(method, "/releases")

    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_an_unknown_address_is_no_page_either(program: Program) -> None:
    answer = program.client.get("/api/v1/nowhere")

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_head_tells_what_a_get_does(program: Program) -> None:
    answer = program.ask("HEAD", "/releases")

    assert (answer.status_code, answer.data) == (200, b"")
