"""The audit log: each action that matters once, with who, when and what; no line is changed."""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, Team, audit_lines, log_in, make_revision
from tests.team.deeds import Deeds
from wbtest.extensions import db
from wbtest.review.approvals import approve
from wbtest.store import Invalid, Refused, writing
from wbtest.team import accounts
from wbtest.team.audit import ACTIONS, PHRASES, AuditFilter, list_lines, record
from wbtest.team.delivery_settings import add_webhook, disable_webhook
from wbtest.team.models import AuditLine
from wbtest.team.settings_views import ON_A_PAGE

CHANGES = (
    sa.update(AuditLine).values(who="Nobody <nobody@example.com>"),
    sa.delete(AuditLine),
)


def actions(team: Team) -> list[str]:
    """What was written down about the team, the oldest first."""
    return [line.action for line in list_lines(AuditFilter())][::-1]


@pytest.fixture
def deeds(team: Team, now: HandClock, client: Browser) -> Deeds:
    return Deeds(team, now, client)


def test_every_action_is_written_down_once_with_who_did_it(deeds: Deeds, team: Team):
    story = deeds.story()

    for _, _, do in story:
        do()

    written = [(line.action, line.who) for line in list_lines(AuditFilter())][::-1]
    assert written == [(action, who) for action, who, _ in story]
    assert len({action for action, _, _ in story}) >= 30
    assert {action for action, _, _ in story} == set(PHRASES) - deeds.ELSEWHERE


def test_no_secret_is_written_down(deeds: Deeds, team: Team):
    for _, _, do in deeds.story():
        do()

    written = " ".join(
        f"{line.who} {line.about} {line.network}" for line in list_lines(AuditFilter())
    )
    assert PASSWORD not in written
    assert [secret for secret in deeds.secrets() if secret in written] == []


def test_what_was_refused_is_not_written_down(team: Team):
    revision = make_revision(team.editor, headline="Revolutionary dinners at home")
    before = actions(team)

    with pytest.raises(Refused):
        approve(revision, team.approver)

    assert actions(team) == before


@pytest.mark.every_database
@pytest.mark.parametrize("change", CHANGES, ids=["change", "delete"])
def test_the_database_itself_refuses_to_change_a_line(team: Team, change: sa.Executable):
    record("team.changed", "Larder")

    with pytest.raises(DBAPIError, match="audit log are never"), writing() as session:
        session.execute(change)

    assert actions(team) == ["team.changed"]


@pytest.mark.every_database
def test_no_line_takes_the_place_of_another(team: Team):
    """By the one statement of each database that deletes without asking the trigger for that."""
    record("team.changed", "Larder")
    replace = "INSERT OR REPLACE INTO audit_lines SELECT * FROM audit_lines"
    around = {"sqlite": replace, "postgresql": "TRUNCATE audit_lines"}[db.engine.dialect.name]

    with pytest.raises(DBAPIError, match="audit log are never"), writing() as session:
        session.execute(sa.text(around))

    assert actions(team) == ["team.changed"]


def test_a_line_says_when_and_from_which_neighbourhood(client: Browser, team: Team, now: HandClock):
    client.send(
        "/login",
        {"email": team.owner.email, "password": PASSWORD},
        environ_overrides={"REMOTE_ADDR": "203.0.113.77"},
    )

    [line] = list_lines(AuditFilter())
    assert (line.action, line.at) == ("login.succeeded", now())
    assert line.network == "203.0.113.0/24"


def test_a_wrong_password_is_written_down(client: Browser, team: Team):
    client.send("/login", {"email": team.owner.email, "password": "a wrong one"})

    [line] = list_lines(AuditFilter())
    assert (line.action, line.person_id) == ("login.failed", team.owner.id)


def test_of_a_stranger_who_tries_to_log_in_no_word_is_kept(client: Browser, team: Team):
    client.send("/login", {"email": "hunter2@x.io", "password": "a wrong one"})

    [line] = audit_lines(10)
    assert (line.action, line.who) == ("login.failed", "somebody")
    assert line.about == "with an email of nobody here; more in this hour are not written down"


def test_strangers_fill_one_line_an_hour_at_most(team: Team, now: HandClock):
    for minutes in (0, 1, 58, 1):
        now.turn(minutes=minutes)
        with pytest.raises(Invalid):
            accounts.log_in("hunter2@x.io", "a wrong one")

    assert [line.at for line in audit_lines(10)] == [now(), now() - timedelta(hours=1)]


def test_an_owner_narrows_the_log_down(client: Browser, team: Team, now: HandClock):
    log_in(client, team.owner)
    record("experiment.started", "/p/one", by=team.approver)
    record("login.ended", by=team.editor)
    now.turn(days=1)
    record("experiment.ended", "/p/two", by=team.approver)

    kinds = client.get(f"/settings/audit?kind=pages&person={team.approver.id}").text
    days = client.get("/settings/audit?first=2027-03-02&last=2027-03-02").text

    assert ("/p/one" in kinds, "/p/two" in kinds, "logged out" in kinds) == (True, True, False)
    assert ("/p/one" in days, "/p/two" in days) == (False, True)


def test_a_long_log_is_read_page_by_page(client: Browser, team: Team):
    log_in(client, team.owner)
    for number in range(ON_A_PAGE + 1):
        record("experiment.paused", f"/p/page-{number}.", by=team.approver)
    oldest = min(line.id for line in list_lines(AuditFilter()))

    first = client.get("/settings/audit").text

    assert "/p/page-0." not in first
    assert f"before={oldest + 1}" in first
    assert "/p/page-0." in client.get(f"/settings/audit?before={oldest + 1}").text


def test_the_log_is_taken_away_as_a_file_which_it_tells(client: Browser, team: Team):
    log_in(client, team.owner)
    record("experiment.started", "=1+1", by=team.approver)

    rows = list(csv.DictReader(io.StringIO(client.get("/settings/audit.csv").text)))

    assert [row["action"] for row in rows] == ["audit.exported", "experiment.started"]
    assert rows[1]["about"] == "'=1+1"
    assert rows[1]["who"] == f"{team.approver.name} <{team.approver.email}>"
    assert actions(team)[-1] == "audit.exported"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
    ids=["another site", "looking ahead", "looking ahead as of old"],
)
def test_a_file_that_no_person_asked_for_is_not_sent_and_not_told(
    client: Browser, team: Team, headers: dict[str, str]
):
    log_in(client, team.owner)

    answer = client.get("/settings/audit.csv", headers=headers)

    assert (answer.status_code, actions(team)) == (403, [])
    assert "This download didn’t start in wbtest" in answer.text


def test_a_look_at_the_head_of_a_file_is_not_told(client: Browser, team: Team):
    log_in(client, team.owner)

    assert client.head("/settings/audit.csv").status_code == 200
    assert actions(team) == []
    typed = client.get("/settings/audit.csv", headers={"Sec-Fetch-Site": "none"})
    assert (typed.status_code, actions(team)) == (200, ["audit.exported"])


def test_what_is_asked_for_in_no_language_asks_for_nothing(client: Browser, team: Team):
    log_in(client, team.owner)
    record("experiment.started", "/p/one", by=team.approver)

    page = client.get("/settings/audit?first=soon&person=%27&kind=everything&before=x")

    assert page.status_code == 200
    assert "/p/one" in page.text


@pytest.mark.parametrize("path", ["/settings/audit", "/settings/audit.csv"])
@pytest.mark.parametrize(
    "asked", [f"person={10**20}", f"before={10**20}", "person=-1", "first=0001-01-01"]
)
def test_what_no_database_can_hold_asks_for_nothing(
    client: Browser, team: Team, path: str, asked: str
):
    log_in(client, team.owner)
    record("experiment.started", "/p/one", by=team.approver)

    assert "/p/one" in client.get(f"{path}?{asked}").text


def test_the_last_day_of_the_calendar_may_be_asked_for(client: Browser, team: Team):
    log_in(client, team.owner)
    record("experiment.started", "/p/one", by=team.approver)

    assert "/p/one" in client.get("/settings/audit?last=9999-12-31").text


def test_of_a_webhook_only_the_host_is_written_down(team: Team):
    # Anybody who has the rest of this address may post there.
    hook = add_webhook("https://hooks.example.com/T0/B0/xyzzy", ["signup.created"])
    disable_webhook(hook)

    abouts = [line.about for line in list_lines(AuditFilter())]
    assert abouts == [f"hooks.example.com (number {hook.id})"] * 2


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
@pytest.mark.parametrize("path", ["/settings/audit", "/settings/audit.csv"])
def test_only_an_owner_reads_it(client: Browser, team: Team, role: str, path: str):
    log_in(client, getattr(team, role))

    assert client.get(path).status_code == 403


def test_an_action_of_no_list_is_a_mistake_of_ours(team: Team):
    with pytest.raises(KeyError):
        record("weather.changed")


def test_no_action_stands_in_two_lists():
    listed = [action for kind in ACTIONS.values() for action in kind]

    assert len(listed) == len(set(listed))
