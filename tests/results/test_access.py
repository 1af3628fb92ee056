"""What the results offer to whom."""

import pytest
from flask.testing import FlaskClient

from tests.factories import Team, log_in
from tests.results.conftest import Start

ROLES = ("viewer", "editor", "approver", "owner")


@pytest.fixture
def place(begin: Start) -> str:
    return f"/experiments/{begin().id}"


@pytest.mark.parametrize("role", ROLES)
def test_the_page_offers_only_what_the_role_may_do(role, place, team: Team, client: FlaskClient):
    log_in(client, getattr(team, role))
    page = client.get(f"{place}/results").text

    assert (f"{place}/signups" in page) == (role == "owner")
