"""People who may not call a view are answered before anything that they send is read."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from tests.api.conftest import make_key
from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_experiment, make_revision
from tests.test_forms import RENAMED
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team.models import ApiToken, LoginSession, Membership

FORM = "application/x-www-form-urlencoded"
HEAD = b'--part\r\nContent-Disposition: form-data; name="logo_file"; filename="x.png"\r\n\r\n'
BODY = HEAD + bytes(10 * 1024 * 1024) + b"\r\n--part--\r\n"


def send(client: Browser, path: str, method: str = "POST", **headers: str) -> tuple[int, int]:
    """Send ten megabytes; return how that was answered, and how much of it was read."""
    sent = io.BytesIO(BODY)
    answer = client.open(
        path,
        method=method,
        input_stream=sent,
        content_type="multipart/form-data; boundary=part",
        headers=headers,
    )
    return answer.status_code, sent.tell()


@pytest.mark.parametrize("path", ["/experiments/1/design", "/settings/identity"])
def test_of_a_stranger_nothing_is_read(client: Browser, path: str) -> None:
    assert send(client, path) == (303, 0)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_body_of_a_request_that_only_looks_is_not_read(
    client: Browser, team: Team, method: str
) -> None:
    for path in ("/login", "/settings/identity"):
        assert send(client, path, method)[1] == 0
    log_in(client, team.owner)

    assert send(client, "/settings/identity", method) == (413, 0)


def test_of_whose_session_is_over_nothing_is_read(
    client: Browser, team: Team, now: HandClock
) -> None:
    draft = make_experiment(make_revision(team.editor), team.editor)
    log_in(client, team.editor)
    now.turn(days=14)

    assert send(client, f"/experiments/{draft.id}/design") == (303, 0)


def test_what_a_member_sends_is_read(client: Browser, team: Team) -> None:
    draft = make_experiment(make_revision(team.editor), team.editor)
    log_in(client, team.editor)

    _, read = send(client, f"/experiments/{draft.id}/design")

    assert read == len(BODY)


def test_of_a_program_that_may_not_send_nothing_is_read(client: Browser, team: Team) -> None:
    reader = make_key(team.editor, ("read",))

    assert send(client, "/api/v1/pictures") == (401, 0)
    assert send(client, "/api/v1/pictures", Authorization=f"Bearer {reader}") == (403, 0)


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (sa.update(ApiToken).values(expires_at=datetime(2027, 3, 1, 9, tzinfo=UTC)), 401),
        (sa.update(Membership).values(role="editor"), 401),
        (sa.update(ApiToken).values(scopes="read"), 403),
    ],
)
def test_of_a_program_whose_token_is_over_nothing_is_read(
    client: Browser, team: Team, end: sa.Update, status: int
) -> None:
    writer = make_key(team.approver, ("write",))
    with writing() as session:
        session.execute(end)

    assert send(client, "/api/v1/pictures", Authorization=f"Bearer {writer}") == (status, 0)


def test_of_a_page_for_everybody_no_more_is_read_than_a_form(client: Browser) -> None:
    assert send(client, "/login") == (413, 0)


class Arriving(io.BytesIO):
    """A body before whose first part arrives something else happens."""

    def __init__(self, body: str, meanwhile: Callable[[], None]) -> None:
        super().__init__(body.encode())
        self._meanwhile: list[Callable[[], None]] = [meanwhile]

    def readinto(self, buffer: Any, /) -> int:
        while self._meanwhile:
            self._meanwhile.pop()()
        return super().readinto(buffer)


def written(statement: sa.Executable) -> Callable[[], None]:
    """That somebody else writes this."""

    def write() -> None:
        with db.engine.connect().execution_options(writes=True) as other, other.begin():
            other.execute(statement)

    return write


@pytest.mark.every_database
@pytest.mark.parametrize(
    ("meanwhile", "status"),
    [
        (sa.update(Membership).values(role="editor"), 403),
        (sa.delete(Membership), 404),
        (sa.delete(LoginSession), 303),
    ],
)
def test_who_may_no_longer_when_their_form_is_here_does_nothing(
    client: Browser, team: Team, meanwhile: sa.Executable, status: int
) -> None:
    log_in(client, team.owner)
    token = client.get("/settings").text.partition('name="csrf_token"')[2].split('"')[1]
    sent = Arriving(urlencode({**RENAMED, "csrf_token": token}), written(meanwhile))

    answer = client.post("/settings/identity", input_stream=sent, content_type=FORM)

    assert answer.status_code == status
    assert team.settings.name != "Cellar"
