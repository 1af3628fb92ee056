"""What a form of the team's pages takes for the text of a field."""

import io
import json

from tests.conftest import Browser
from tests.factories import PASSWORD, Team, log_in

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
