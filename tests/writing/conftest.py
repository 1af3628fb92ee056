"""A team of one, and a browser that needs no form token."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import log_in, make_person
from wbtest.team.models import Person


@pytest.fixture
def owner(app: Flask) -> Person:
    """The only member of the team."""
    return make_person("ada@example.com", "owner")


@pytest.fixture
def client(app: Flask, owner: Person) -> FlaskClient:
    """The owner's browser; the check of a form's token has tests of its own."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    log_in(client, owner)
    return client


@pytest.fixture
def release_mate(owner: Person) -> Person:
    """Somebody else of the team."""
    return make_person("priya@example.com", "editor")
