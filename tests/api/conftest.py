"""A program that calls the API, as a client of its own: without cookies, with a token."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import Browser
from tests.factories import Team
from wbtest.api.routes import ROUTES
from wbtest.api.serialization import shape_of
from wbtest.team.models import Person
from wbtest.team.tokens import SCOPES, make_token

RULE = {
    "who": "parents who cook on weeknights",
    "does": "leave an email address",
    "target": 0.08,
    "floor": 0.03,
    "minimum_visitors": 400,
    "maximum_visitors": 2400,
    "minimum_days": 7,
    "ends_on": "2027-03-29",
    "if_met": "We build it.",
    "if_not_met": "We write another draft, or stop.",
    "if_unclear": "We ask once more.",
}
FUNCTIONS = {f"api.{route.name}": route.function for route in ROUTES}


@dataclass
class Program:
    """Calls ``/api/v1`` with a token."""

    client: Browser
    token: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a request; ``If_Match`` is the header If-Match.

        What comes back must be of the shape that the description promises.
        """
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        named.setdefault("Authorization", f"Bearer {self.token}")
        parts = {"json": body} if body is not None else {}
        answer = self.client.open(f"/api/v1{path}", method=method, headers=named, **parts)
        if answer.mimetype == "application/json" and answer.data:
            endpoint, _ = self.client.application.url_map.bind("").match(
                answer.request.path, method
            )
            msgspec.convert(answer.json, shape_of(FUNCTIONS[endpoint]).returns)
        return answer

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.ask("PATCH", path, body, **headers)


def program_of(app: Flask, person: Person, *scopes: str) -> Program:
    """A program with a token that this person made, by default with all scopes."""
    client = app.test_client()
    assert isinstance(client, Browser)
    return Program(client, make_key(person, scopes or tuple(SCOPES)))


def make_key(person: Person, scopes: tuple[str, ...]) -> str:
    """The text of a token with these scopes."""
    return make_token(person, name="a program", scopes=scopes)[1]


@pytest.fixture
def program(app: Flask, team: Team) -> Program:
    """A program of the owner."""
    return program_of(app, team.owner)
