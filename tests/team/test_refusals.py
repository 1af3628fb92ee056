"""Who was turned away stands in the audit log: once an hour, under a filter of its own."""

from datetime import timedelta

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from wbtest.extensions import db
from wbtest.team import rate_limits
from wbtest.team.audit import AuditFilter, list_lines, refusal_names
from wbtest.team.models import AuditLine
from wbtest.team.tokens import make_token

HOUR = timedelta(hours=1)
TURNED_AWAY = AuditFilter(kind="refusals")


def refusals(team: Team) -> list[AuditLine]:
    return [*list_lines(TURNED_AWAY)]


def test_a_role_that_is_too_low_is_told_once_an_hour(client: Browser, team: Team, now: HandClock):
    log_in(client, team.editor)

    for minutes in (0, 59, 1):
        now.turn(minutes=minutes)
        assert client.get("/settings/audit").status_code == 403

    assert [line.at for line in refusals(team)] == [now(), now() - HOUR]
    assert {(line.person_id, line.about) for line in refusals(team)} == {
        (team.editor.id, "GET /settings/audit")
    }


@pytest.mark.every_database
def test_no_answer_waits_for_a_writer(
    client: Browser, team: Team, caplog: pytest.LogCaptureFixture
):
    log_in(client, team.editor)
    names = refusal_names(team.editor.id, "GET /settings/audit")
    with db.engine.connect().execution_options(writes=True) as other:
        rate_limits.count(other, names, 1, HOUR)
        assert client.get("/settings/audit").status_code == 403
        other.rollback()

    assert "that GET /settings/audit was refused could not be written down" in caplog.text
    assert refusals(team) == []
    client.get("/settings/audit")
    assert len(refusals(team)) == 1


def test_what_is_nowhere_is_no_refusal(client: Browser, team: Team):
    log_in(client, team.editor)

    assert client.get("/releases/9999").status_code == 404

    assert refusals(team) == []


def test_a_token_without_the_scope_is_told_with_its_name(client: Browser, team: Team):
    _, text = make_token(team.owner, name="CI", scopes=("read",))

    answer = client.get("/api/v1/members", headers={"Authorization": f"Bearer {text}"})

    [line] = refusals(team)
    assert (answer.status_code, line.action) == (403, "refused.scope")
    assert (line.about, line.token) == ("GET /api/v1/members", f"“CI” ({text[:12]}…)")


@pytest.mark.parametrize("path", ["/settings/audit", "/settings/audit.csv"])
def test_they_stand_under_a_filter_of_their_own(client: Browser, team: Team, path: str):
    log_in(client, team.editor)
    client.send("/settings/invitations", {"email": "mei@x.io", "role": "owner"})
    log_in(client, team.owner)

    assert "role too low" not in client.get(path).text
    assert "role too low" in client.get(f"{path}?kind=refusals").text
