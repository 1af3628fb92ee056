"""What a form of the team's pages takes for the text of a field."""

import io
import json

import pytest

from tests.conftest import Browser
from tests.factories import PASSWORD, Team, log_in
from wbtest.forms import with_https

RENAMED = {
    "team_name": "Cellar",
    "controller": "Cellar Ltd",
    "contact_email": "us@example.com",
}


def test_a_file_in_the_place_of_a_text_was_not_typed(client: Browser, team: Team) -> None:
    file = io.BytesIO(b"owner@larder.example"), "mail.txt"

    answer = client.send("/login", {"email": file, "password": PASSWORD})

    assert answer.status_code == 422
    assert "mail.txt" not in answer.text


def test_json_is_not_taken_for_a_form(client: Browser, team: Team) -> None:
    log_in(client, team.owner)
    page = client.get("/settings/identity")
    token = page.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]

    answer = client.post(
        "/settings/identity", data=json.dumps(RENAMED), content_type="application/json",
        headers={"X-CSRFToken": token},
    )  # fmt: skip

    assert answer.status_code == 422
    assert "Cellar" not in client.get("/settings/identity").text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" example.com/join ", "https://example.com/join"),
        ("example.com:8443", "https://example.com:8443"),
        ("example.com/?next=http://b.com", "https://example.com/?next=http://b.com"),
        ("a.com b.com\nHTTP://c.com", "https://a.com https://b.com\nHTTP://c.com"),
        # A slip is shown as it was typed.
        ("//example.com", "//example.com"),
        ("https:/example.com", "https:/example.com"),
        ("", ""),
    ],
)
def test_an_address_without_a_scheme_is_at_https(typed: str, kept: str) -> None:
    assert with_https(typed) == kept
