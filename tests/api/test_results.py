"""Figures, decisions, files, and what happened meanwhile, over the API."""

import csv
import io
import json
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Program, program_of
from tests.audience.larder import Visitor, visits
from tests.conftest import HandClock
from tests.factories import Team, make_approval, make_experiment, make_revision, make_running
from tests.results.crowd import count_days
from tests.statements import counted
from wbtest.extensions import clock, db
from wbtest.ideas.idea import STAGES
from wbtest.publishing.models import Experiment
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json
from wbtest.team.models import AuditLine

WEEK = 7


@pytest.fixture
def running(team: Team) -> Experiment:
    """A test that runs, of two variants."""
    revision = make_revision(team.editor)
    make_approval(revision, team.owner)
    return make_running(revision, team.editor, team.owner, variants=("Kitchen",))


@pytest.fixture
def met(running: Experiment, now: HandClock) -> Experiment:
    """The same after a week in which many signed up."""
    count_days(running, range(WEEK), "control", seen=60, converted=12)
    count_days(running, range(WEEK), "kitchen", seen=60, converted=12, source="friends")
    now.turn(days=WEEK + 1)
    return running


def test_results_are_those_of_the_command(program: Program, met: Experiment) -> None:
    answer = program.get(f"/experiments/{met.id}/results")

    wanted = json.loads(json.dumps(results_json(results_of(met, clock.now()))))
    found = answer.json
    assert answer.status_code == 200, answer.text
    assert {name: found[name] for name in wanted} == wanted
    assert found["filtered"] is None


def test_who_asks_for_results_is_read_once_and_with_them(program: Program, met: Experiment) -> None:
    address = f"/experiments/{met.id}/results"
    program.get(address)

    with counted() as asked:
        program.get(address)

    for table in ("api_tokens", "memberships", "experiments"):
        assert sum(table in text for text in asked) == 1, table


def test_a_filter_adds_a_part_and_leaves_the_verdict_alone(
    program: Program, met: Experiment
) -> None:
    address = f"/experiments/{met.id}/results"

    asked = program.get(f"{address}?source=friends&from=2027-03-02&to=2027-03-03").json

    assert asked["verdict"] == program.get(address).json["verdict"]
    counted = {each["key"]: each["seen"] for each in asked["filtered"]["variants"]}
    assert counted == {"control": 0, "kitchen": 120}


@pytest.mark.parametrize(
    "query",
    [
        *("from=soon", "to=9999-12-31", "from=0001-01-01", "device=fridge"),
        *("sort=__class__", "fields=password_hash", "from=2027-03-03&to=2027-03-02"),
    ],
)
def test_a_filter_that_says_nothing_is_refused(
    program: Program, met: Experiment, query: str
) -> None:
    assert program.get(f"/experiments/{met.id}/results?{query}").status_code == 400


def test_a_decision_rests_on_the_figures_that_were_read(program: Program, met: Experiment) -> None:
    address = f"/experiments/{met.id}"
    mark = program.get(f"{address}/results").json["mark"]
    body = {"choice": "go", "reason": "One in five left an address.", "mark": mark}

    made = program.post(f"{address}/decisions", body)
    late = program.post(f"{address}/decisions", body | {"choice": "stop"})

    assert made.status_code == 201, made.text
    assert (made.json["state"], made.json["decision"], made.json["by"]) == ("stands", 1, "Owner")
    assert (late.status_code, list(late.json["errors"])) == (422, ["choice"])
    assert program.get(f"{address}/decisions").json["papers"] == [made.json]


def test_against_the_verdict_a_second_person_signs(
    app: Flask, program: Program, team: Team, met: Experiment
) -> None:
    address = f"/experiments/{met.id}/decisions"
    approver = program_of(app, team.approver)

    made = approver.post(address, {"choice": "stop", "reason": "The price does not hold."})
    mine = approver.post(f"{address}/1/second")
    theirs = program.post(f"{address}/1/second")

    assert (made.json["state"], mine.status_code) == ("waiting", 403)
    assert (theirs.status_code, theirs.json["state"]) == (200, "stands")
    assert theirs.json["second"] == "Owner"


def test_what_waits_is_taken_back_or_turned_down(
    app: Flask, program: Program, team: Team, met: Experiment
) -> None:
    address = f"/experiments/{met.id}/decisions"
    approver = program_of(app, team.approver)
    for reason in ("The price does not hold.", "Grocers do it already."):
        approver.post(address, {"choice": "stop", "reason": reason})

    answers = [
        approver.post(f"{address}/2/withdraw"),
        program.post(f"{address}/2/turn-down", {"why": "It does."}),
        program.post(f"{address}/9/second"),
    ]

    assert [answer.status_code for answer in answers] == [200, 409, 404]
    assert answers[0].json["state"] == "withdrawn"


@pytest.fixture
def signed_up(app: Flask, running: Experiment, now: HandClock) -> Experiment:
    """Somebody came, saw the page, and left an address."""
    visitor = Visitor(app)
    page = visitor.get()
    visitor.see(page)
    now.turn(seconds=30)
    visitor.sign_up(page, "mia@x.io")
    visits(app)
    return running


def test_sign_ups_come_as_lines_of_json_or_as_csv(program: Program, signed_up: Experiment) -> None:
    address = f"/experiments/{signed_up.id}/signups"

    lines, table = program.get(address), program.get(address, Accept="text/csv")

    [record] = map(json.loads, lines.text.splitlines())
    [head, row] = csv.reader(io.StringIO(table.text, newline=""))
    assert (lines.mimetype, table.mimetype) == ("application/x-ndjson", "text/csv")
    assert record["email"] == row[head.index("email")] == "mia@x.io"


def test_events_come_without_addresses(program: Program, signed_up: Experiment) -> None:
    answer = program.get(f"/experiments/{signed_up.id}/events")

    events = [json.loads(line) for line in answer.text.splitlines()]
    assert [each["event"] for each in events] == ["visit", "seen", "signup"]
    assert len({each["visitor"] for each in events}) == 1
    assert all(each["counts"] for each in events)
    assert "mia" not in answer.text


def test_who_takes_rows_away_stands_in_the_record(program: Program, signed_up: Experiment) -> None:
    for name in ("signups", "events"):
        program.get(f"/experiments/{signed_up.id}/{name}", Accept="text/csv")
        program.ask("HEAD", f"/experiments/{signed_up.id}/{name}")

    lines = db.session.scalars(db.select(AuditLine.action).order_by(AuditLine.id)).all()
    assert [each for each in lines if each.endswith(".exported")] == [
        "signups.exported",
        "events.exported",
    ]


def test_another_kind_of_file_is_not_made(program: Program, signed_up: Experiment) -> None:
    answer = program.get(f"/experiments/{signed_up.id}/signups", Accept="application/pdf")

    assert (answer.status_code, answer.content_type) == (406, "application/problem+json")
    assert "application/x-ndjson or text/csv" in answer.json["detail"]


def test_addresses_are_for_owners_with_the_scope(
    app: Flask, team: Team, signed_up: Experiment
) -> None:
    address = f"/experiments/{signed_up.id}/signups"
    approver = program_of(app, team.approver)
    narrow = program_of(app, team.owner, "read", "write", "decide")

    assert [each.get(address).status_code for each in (approver, narrow)] == [403, 403]


def test_what_was_spent_is_entered_and_listed(program: Program, running: Experiment) -> None:
    address = f"/experiments/{running.id}/spend"
    body = {"source": "X.com", "first": "2027-03-01", "amount": "12.50", "currency": "EUR"}

    added = program.post(address, body)

    assert added.status_code == 201, added.text
    [line] = program.get(address).json["lines"]
    assert (line["source"], line["amount"], line["last"]) == ("x", "12.50", "2027-03-01")


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"amount": "1.234"}, "amount"),
        ({"amount": 12.5}, "amount"),
        ({"currency": "XXX"}, "currency"),
        ({"source": " "}, "source"),
        ({"last": "2027-02-28"}, "last"),
    ],
)
def test_what_cannot_have_been_spent_is_named(
    program: Program, running: Experiment, parts: dict[str, Any], field: str
) -> None:
    body = {"source": "x", "first": "2027-03-01", "amount": "12.50", "currency": "EUR"}

    answer = program.post(f"/experiments/{running.id}/spend", body | parts)

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_a_note_has_its_day(program: Program, running: Experiment) -> None:
    address = f"/experiments/{running.id}/notes"

    added = program.post(address, {"day": "2027-03-01", "text": "A post went up"})

    assert added.status_code == 201, added.text
    note = added.json["notes"][-1]
    assert (note["day"], note["text"], note["by"]) == ("2027-03-01", "A post went up", "Owner")


@pytest.mark.parametrize("day", ["2030-01-01", "0001-01-01", "soon"])
def test_a_note_of_an_impossible_day_is_refused(
    program: Program, running: Experiment, day: str
) -> None:
    answer = program.post(f"/experiments/{running.id}/notes", {"day": day, "text": "A post"})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["day"])


def test_a_draft_has_no_results(program: Program, team: Team) -> None:
    draft = make_experiment(make_revision(team.editor), team.editor)

    assert program.get(f"/experiments/{draft.id}/results").status_code == 409


def test_the_portfolio_holds_every_idea_against_its_bar(program: Program, met: Experiment) -> None:
    found = program.get("/portfolio").json

    [idea] = found["ideas"]
    assert (idea["newest_test"], idea["seen"], idea["target"]) == ("larder", 420, 0.08)
    assert idea["stage"] == "decide"
    assert program.get("/portfolio?q=submarine").json["ideas"] == []
    assert program.get("/portfolio?stage=writing").json["ideas"] == []
    assert program.get("/portfolio?page=2").json["ideas"] == []


def test_the_portfolio_is_asked_for_one_stage(program: Program, met: Experiment) -> None:
    [idea] = program.get("/portfolio?stage=decide").json["ideas"]
    unknown = program.get("/portfolio?stage=nonsense")
    paths = program.client.get("/api/v1/openapi.json").json["paths"]
    schemas = {each["name"]: each["schema"] for each in paths["/portfolio"]["get"]["parameters"]}

    assert idea["stage"] == "decide"
    assert unknown.status_code == 400
    assert schemas["stage"]["anyOf"][0]["enum"] == sorted(STAGES)
