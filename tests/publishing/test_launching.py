"""Passing the launch check: of which draft, with which warnings seen, and who may."""

import json
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.conftest import HandClock
from tests.factories import Team, log_in, make_checked, make_experiment, make_revision, make_running
from tests.publishing.filling import field_of
from tests.publishing.test_crowds import MEETUP
from tests.publishing.test_four_eyes import ask_a_question
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.experiment_stages import experiment_stage
from wbtest.publishing.experiments import add_variant, change_rule, remove_experiment
from wbtest.publishing.launch_readiness import findings_of
from wbtest.publishing.lifecycle import WarningsUnseen, record_check
from wbtest.publishing.rule import from_json
from wbtest.publishing.sealing import faults_of, sealed_rule
from wbtest.team.models import Person
from wbtest.team.sessions import cookie_name, open_session
from wbtest.writing.models import Revision

SEEN = ["address", "mail", "tried", "traffic", "region"]


def test_a_draft_that_was_not_checked_is_not_started(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    with pytest.raises(lifecycle.NotReady, match="launch check"):
        lifecycle.start(experiment, team.approver)


def test_a_checked_draft_keeps_the_warnings_and_who_saw_them(revision: Revision, team: Team):
    experiment = record_check(make_experiment(revision, team.editor), team.editor, SEEN)

    assert experiment_stage(experiment) == "checked"
    assert experiment.warnings_seen == SEEN
    [step] = experiment.steps
    assert (step.what, step.person) == ("checked", team.editor)
    assert step.why == (
        "The launch check warned about “Web address”, “Email”, “Test sign-up”, “Enough visitors” "
        "and “Where visitors live”."
    )


def test_any_change_makes_it_a_draft_again(revision: Revision, team: Team):
    experiment = make_checked(make_experiment(revision, team.editor), team.editor)

    add_variant(experiment, team.editor, name="Price", weight=1, overrides={"headline": "Free"})

    assert experiment_stage(experiment) == "draft"
    with pytest.raises(lifecycle.NotReady, match="launch check"):
        lifecycle.start(experiment, team.approver)


def test_a_checked_draft_can_still_be_deleted(revision: Revision, team: Team):
    experiment = make_checked(make_experiment(revision, team.editor), team.editor)

    remove_experiment(experiment)

    assert make_experiment(revision, team.editor).steps == []


def test_how_many_visitors_are_expected_is_no_part_of_the_draft(revision: Revision, team: Team):
    experiment = make_checked(make_experiment(revision, team.editor), team.editor)
    rule = from_json(experiment.rule)

    change_rule(experiment, slug="larder", rule=rule, time_zone="UTC", expected_daily=80)

    assert (experiment.expected_daily, experiment_stage(experiment)) == (80, "checked")


def test_each_warning_must_be_seen(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    with pytest.raises(WarningsUnseen) as refused:
        record_check(experiment, team.editor, [what for what in SEEN if what != "mail"])

    assert refused.value.whats == ["mail"]
    assert experiment_stage(experiment) == "draft"


def test_what_stops_it_cannot_be_seen_away(team: Team):
    experiment = make_experiment(make_revision(team.editor), team.editor)

    with pytest.raises(lifecycle.NotReady, match="not approved"):
        record_check(experiment, team.editor, SEEN)


def test_the_warnings_seen_are_sealed_with_the_rule(revision: Revision, team: Team):
    experiment = record_check(make_experiment(revision, team.editor), team.editor, SEEN)

    lifecycle.start(experiment, team.approver)

    assert json.loads(experiment.sealed)["warnings_seen"] == SEEN


def test_an_editor_passes_the_check_and_an_approver_starts(
    client: FlaskClient, no_token_needed: None, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}/launch"
    log_in(client, team.editor)
    read = field_of(client.get(path).text, "read")

    refused = client.post(path, data={"read": read, "seen": SEEN[1:]})
    passed = client.post(path, data={"read": read, "seen": SEEN})
    page = client.get(path).text

    assert (refused.status_code, passed.status_code) == (422, 303)
    assert "You haven’t seen every warning: Web address." in refused.text
    assert "Continue" in refused.text
    assert "Start test" not in refused.text
    assert "An approver can start it now." in page


def test_who_may_start_passes_the_check_with_the_same_button(
    owner: FlaskClient, no_token_needed: None, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}"
    page = owner.get(f"{path}/launch").text
    sent = {"read": field_of(page, "read"), "check": "y"}

    refused = owner.post(f"{path}/start", data={**sent, "seen": SEEN[1:]})
    state, again = experiment.state, owner.get(f"{path}/launch").text
    owner.post(f"{path}/start", data={**sent, "seen": SEEN})

    assert "Continue" not in page
    assert refused.location == f"{path}/launch"
    assert (state, experiment.state) == ("draft", "running")
    assert "You haven’t seen every warning: Web address." in again
    assert [step.what for step in experiment.steps[-2:]] == ["checked", "started"]
    assert json.loads(experiment.sealed)["warnings_seen"] == SEEN


def test_the_writer_of_the_words_passes_no_check_by_starting(
    client: FlaskClient, no_token_needed: None, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    ask_a_question(experiment, team.approver)
    log_in(client, team.approver)
    path = f"/experiments/{experiment.id}"
    page = client.get(f"{path}/launch").text

    answer = client.post(f"{path}/start", data={"check": "y", "seen": SEEN})

    assert "Start test" not in page
    assert answer.status_code == 403
    assert experiment.state == "draft"
    assert not [step for step in experiment.steps if step.what == "checked"]


def test_a_draft_changed_meanwhile_is_neither_checked_nor_started(
    owner: FlaskClient, no_token_needed: None, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}"
    sent = {"read": "another", "check": "y", "seen": SEEN}

    answer = owner.post(f"{path}/start", data=sent)

    assert answer.location == path
    assert (experiment.state, experiment.checked_digest) == ("draft", "")


def test_what_stops_it_is_said_with_the_way_there(
    owner: FlaskClient, no_token_needed: None, team: Team
):
    revision = make_revision(team.editor)
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}/launch"

    page, answer = owner.get(path), owner.post(path, data={"seen": SEEN})

    assert (page.status_code, answer.status_code) == (200, 409)
    assert f"/releases/{revision.release_id}/revisions/1" in answer.text
    assert "Continue" not in answer.text


@pytest.mark.parametrize("state", ["running", "paused"])
@pytest.mark.parametrize("role", ["editor", "approver"])
def test_while_another_test_is_open_only_that_is_in_the_way(
    client: FlaskClient, revision: Revision, team: Team, state: str, role: str
):
    first = make_running(revision, team.editor, team.approver)
    if state == "paused":
        lifecycle.pause(first, team.approver, "The price is wrong.")
    second = make_experiment(revision, team.editor)
    log_in(client, getattr(team, role))

    for path in (f"/experiments/{second.id}/launch", f"/experiments/{second.id}"):
        page = client.get(path).text.partition("<main")[2]

        said = "still running" if state == "running" else "paused"
        assert f"Test 1 is {said}" in page
        assert f'End <a href="/experiments/{first.id}">test 1</a> before you start' in page
        for other in ("Continue", "Start test", "Ready to", "before you start</h2>", "Waiting for"):
            assert other not in page


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("http://localhost", 'this computer. <a href="/help/deploy#from-a-laptop-to-try-it">Put'),
        ("https://try.example.com", "Starting opens the page to everyone and locks the rule."),
    ],
)
def test_the_box_with_the_start_says_whom_the_address_reaches(
    client: FlaskClient, revision: Revision, team: Team, base_url: str, said: str
):
    experiment = make_experiment(revision, team.editor)
    runtime().settings = replace(runtime().settings, base_url=base_url)
    runtime().hosts = frozenset({"localhost"})
    client.set_cookie(cookie_name(), open_session(team.approver))

    box = client.get(f"/experiments/{experiment.id}/launch").text.partition('id="start"')[2]

    assert said in box


def test_what_email_lacks_leads_to_the_settings_of_the_server(
    owner: FlaskClient, revision: Revision, team: Team
):
    runtime().settings = replace(runtime().settings, mail_url="")

    page = owner.get(f"/experiments/{make_experiment(revision, team.editor).id}/launch").text

    assert re.search('href="/help/settings">Fix<span class="[a-z-]+">: Email<', page)
    assert "WBTEST_MAIL_URL" in owner.get("/help/settings").text


def test_a_start_that_lacks_more_says_so(owner: FlaskClient, no_token_needed: None, team: Team):
    revision = make_revision(team.editor)
    experiment = make_experiment(revision, team.editor)

    answer = owner.post(f"/experiments/{experiment.id}/start")

    assert answer.status_code == 409
    assert "It can’t start yet" in answer.text


def test_a_start_without_the_check_leads_to_it(
    owner: FlaskClient, no_token_needed: None, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)

    answer = owner.post(f"/experiments/{experiment.id}/start")

    assert answer.location == f"/experiments/{experiment.id}/launch"


def test_a_started_experiment_is_not_checked_again(
    owner: FlaskClient, no_token_needed: None, revision: Revision, team: Team
):
    experiment = make_running(revision, team.editor, team.approver)

    assert owner.get(f"/experiments/{experiment.id}/launch").status_code == 409


def test_why_it_rests_stands_in_the_history(
    owner: FlaskClient, no_token_needed: None, revision: Revision, team: Team
):
    experiment = make_running(revision, team.editor, team.approver)
    path = f"/experiments/{experiment.id}"

    refused = owner.post(f"{path}/pause")
    owner.post(f"{path}/pause", data={"why": "The <b>price</b> is wrong."})

    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert "The &lt;b&gt;price&lt;/b&gt; is wrong." in owner.get(path).text


@pytest.mark.parametrize(
    ("role", "launch", "after"),
    [
        ("viewer", 403, 403),
        ("editor", 200, 403),
        ("approver", 200, 403),
        ("owner", 200, 422),
    ],
)
def test_who_may_check_and_choose(
    role: str, launch: int, after: int, client: FlaskClient, no_token_needed: None,
    places: tuple[str, ...], team: Team,
):  # fmt: skip
    log_in(client, getattr(team, role))
    checking, choosing = places

    assert client.get(checking).status_code == launch
    assert client.post(choosing, data={"afterwards": "never"}).status_code == after


@pytest.fixture
def places(revision: Revision, team: Team) -> tuple[str, ...]:
    """The launch check of a draft, what comes after an end."""
    draft = make_experiment(revision, team.editor, if_met="We build half of it.")
    over = lifecycle.end(make_running(revision, team.editor, team.approver), team.approver)
    return (
        f"/experiments/{draft.id}/launch",
        f"/experiments/{over.id}/after",
    )


def test_others_find_nothing_and_nobody_logs_in(
    client: FlaskClient, no_token_needed: None, places: tuple[str, ...], stranger: Person
):
    nobody = [client.post(path).location for path in places]
    log_in(client, stranger)

    assert all(location.startswith("/login") for location in nobody)
    assert [client.post(path).status_code for path in places] == [404] * len(places)


def test_announced_crowds_are_sealed_and_sent_to_the_approvers(revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver, crowds=(MEETUP,))

    assert json.loads(experiment.sealed)["rule"]["crowds"][0]["name"] == "Meetup"
    assert sealed_rule(experiment).crowds == (MEETUP,)
    assert not faults_of([experiment])[experiment.id]
    mails = db.session.scalars(db.select(OutboxMail.body)).all()
    assert any("Announced crowds:\n  Meetup: up to 150 people" in body for body in mails)


def test_a_crowd_that_is_over_before_the_start_is_warned_of(
    revision: Revision, team: Team, now: HandClock
):
    experiment = make_experiment(revision, team.editor, crowds=(MEETUP,))
    now.turn(days=12)

    found = {each.sentence for each in findings_of(experiment) if each.kind == "warning"}

    assert "“Meetup” is over, so nobody from it can count." in found


@pytest.mark.parametrize(
    ("sent", "address", "said"),
    [
        ({"X-Forwarded-For": "203.0.113.7"}, "127.0.0.1", "There’s a proxy in front"),
        ({}, "203.0.113.7", "networks can be told apart"),
    ],
)
def test_the_check_says_whether_a_proxy_hides_who_looks(
    client: FlaskClient,
    revision: Revision,
    team: Team,
    sent: dict[str, str],
    address: str,
    said: str,
):
    experiment = make_experiment(revision, team.editor)
    log_in(client, team.editor)

    page = client.get(
        f"/experiments/{experiment.id}/launch",
        headers=sent,
        environ_overrides={"REMOTE_ADDR": address},
    )

    assert said in page.text


def test_what_a_proxy_hides_is_among_the_warnings_seen_and_stops_no_start(
    client: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)

    record_check(experiment, team.editor, [*SEEN, "networks"], reach="untold")

    assert "networks" in experiment.warnings_seen
    with pytest.raises(WarningsUnseen, match="networks"):
        record_check(experiment, team.editor, SEEN, reach="untold")
    assert lifecycle.start(experiment, team.approver).state == "running"
