"""Who may see results, decide, and read addresses."""

import pytest
from flask.testing import FlaskClient

from tests.factories import Team, log_in
from tests.results.conftest import Start
from wbtest.decisions.models import Paper
from wbtest.extensions import db

ROLES = ("viewer", "editor", "approver", "owner")
TABS = ("over-time", "visitors", "answers", "statistics", "now.json")
READING = (
    *("results", "results.json", "results.csv", "decision"),
    *(f"results/{tab}" for tab in TABS),
)
OWNING = ("signups", "signups.csv", "signups.json")


@pytest.fixture
def place(begin: Start) -> str:
    return f"/experiments/{begin().id}"


@pytest.fixture
def no_token_needed(app) -> None:
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", READING)
def test_every_member_sees_the_results(role, page, place: str, team: Team, client: FlaskClient):
    log_in(client, getattr(team, role))

    assert client.get(f"{place}/{page}").status_code == 200


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", OWNING)
def test_only_an_owner_reads_addresses(role, page, place: str, team: Team, client: FlaskClient):
    log_in(client, getattr(team, role))

    assert client.get(f"{place}/{page}").status_code == (200 if role == "owner" else 403)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.usefixtures("no_token_needed")
def test_an_approver_decides_and_nobody_below(role, place: str, team: Team, client: FlaskClient):
    log_in(client, getattr(team, role))
    said = {"choice": "go", "reason": "It carries the test."}
    answer = client.post(f"{place}/decision", data=said)
    may = role in ("approver", "owner")

    assert answer.status_code == (303 if may else 403)
    assert db.session.scalar(db.select(db.func.count(Paper.number))) == may


@pytest.mark.parametrize("page", [*READING, *OWNING])
def test_nobody_is_asked_to_log_in(page, place: str, client: FlaskClient):
    answer = client.get(f"{place}/{page}")

    assert (answer.status_code, answer.location.startswith("/login")) == (303, True)


@pytest.mark.parametrize("role", ROLES)
def test_the_page_offers_only_what_the_role_may_do(role, place, team: Team, client: FlaskClient):
    log_in(client, getattr(team, role))
    page = client.get(f"{place}/results").text

    assert (f"{place}/signups" in page) == (role == "owner")


def test_planning_needs_a_member(client: FlaskClient):
    assert client.get("/experiments/plan").status_code == 303
