"""Experiments over the API: from an approved revision to a page that runs, rests and ends."""

from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import RULE, Program, program_of
from tests.factories import Team, make_approval, make_experiment, make_revision, make_running
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.writing.models import Revision

CONTROL = {"key": "control", "name": "Control"}
OTHER = {"key": "kitchen", "name": "Kitchen", "overrides": {"headline": "From your kitchen"}}

MEETUP = {
    "name": " Meetup ",
    "from": "2027-03-12T19:00:00+01:00",
    "until": "2027-03-12T22:30:00Z",
    "people": 150,
}


@pytest.fixture
def revision(team: Team) -> Revision:
    """An approved text."""
    revision = make_revision(team.editor)
    make_approval(revision, team.owner)
    return revision


@pytest.fixture
def editor(app: Flask, team: Team) -> Program:
    return program_of(app, team.editor)


def make(program: Program, of: Revision, **parts: Any) -> Any:
    body = {"slug": "larder", "hypothesis": RULE, "variants": [CONTROL, OTHER]} | parts
    return program.post(f"/releases/{of.release_id}/experiments", body)


def test_a_draft_is_made_with_its_rule_and_variants(editor: Program, revision: Revision) -> None:
    made = make(editor, revision)

    assert made.status_code == 201, made.text
    assert (made.json["slug"], made.json["state"], made.json["missing"]) == ("larder", "draft", [])
    assert made.json["hypothesis"]["target"] == 0.08
    assert made.json["hypothesis"]["conversion_window_hours"] == 24
    assert [each["key"] for each in made.json["variants"]] == ["control", "kitchen"]
    assert editor.get(f"/experiments/{made.json['id']}").json == made.json


def test_sources_are_kept_as_visits_are_recorded(editor: Program, revision: Revision) -> None:
    made = make(editor, revision, hypothesis=RULE | {"sources": [" Newsletter "]})

    assert made.json["hypothesis"]["sources"] == ["newsletter"]


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"hypothesis": RULE | {"floor": 0.09}}, "hypothesis.floor"),
        ({"hypothesis": RULE | {"target": "0.08"}}, "hypothesis.target"),
        ({"hypothesis": RULE | {"target": 1.5}}, "hypothesis.target"),
        ({"hypothesis": RULE | {"ends_on": "2027-02-30"}}, "hypothesis.ends_on"),
        ({"hypothesis": RULE | {"sources": []}}, "hypothesis.sources"),
        ({"hypothesis": RULE | {"visits": 999}}, "hypothesis.visits"),
        (
            {"hypothesis": RULE | {"reckoning": {"customers": 9, "reachable": 5, "buy": 1}}},
            "hypothesis.reckoning.customers",
        ),
        ({"hypothesis": RULE | {"crowds": [{"name": "Fair"}]}}, "hypothesis.crowds[0].from"),
        *(
            ({"hypothesis": RULE | {"crowds": [MEETUP | wrong]}}, f"hypothesis.crowds[0].{field}")
            for wrong, field in (
                ({"from": "2027-03-12T18:00:00"}, "from"),
                ({"until": "2027-03-15T18:00:00Z"}, "until"),
                ({"until": "2027-02-12T19:00:00Z", "from": "2027-02-12T18:00:00Z"}, "until"),
                ({"people": 10_001}, "people"),
                ({"networks": 6}, "networks"),
                ({"name": "\u200b"}, "name"),
            )
        ),
        ({"hypothesis": RULE | {"crowds": [MEETUP] * 6}}, "hypothesis.crowds"),
        ({"slug": "admin"}, "slug"),
        ({"slug": "../x"}, "slug"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"revision": 9}, "revision"),
        ({"variants": [OTHER]}, "variants"),
        ({"variants": [CONTROL, OTHER, OTHER]}, "variants[2].key"),
        ({"variants": [CONTROL, OTHER | {"weight": 0}]}, "variants[1].weight"),
        ({"variants": [CONTROL, OTHER | {"weight": 0.5}]}, "variants[1].weight"),
        ({"variants": [CONTROL, OTHER | {"overrides": {"faq": 7}}]}, "variants[1].overrides.faq"),
        ({"hypothesis": RULE | {"ends_on": "2027-03-01"}}, "hypothesis.ends_on"),
        ({"expected_daily": 0}, "expected_daily"),
    ],
)
def test_what_cannot_be_sealed_is_named(
    editor: Program, revision: Revision, parts: dict[str, Any], field: str
) -> None:
    answer = make(editor, revision, **parts)

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert db.session.scalar(db.select(db.func.count(Experiment.id))) == 0


def test_a_draft_is_changed_as_it_was_read(editor: Program, revision: Revision) -> None:
    made = make(editor, revision)
    address = f"/experiments/{made.json['id']}"
    change = {"expected_daily": 120, "variants": [CONTROL | {"weight": 3}]}

    changed = editor.patch(address, change, If_Match=made.headers["ETag"])
    late = editor.patch(address, {"slug": "late"}, If_Match=made.headers["ETag"])

    assert changed.status_code == 200, changed.text
    assert changed.json["variants"] == [CONTROL | {"weight": 3, "overrides": {}}]
    assert changed.json["expected_daily"] == 120
    assert (late.status_code, editor.get(address).json["slug"]) == (412, "larder")


def test_what_a_target_was_worked_out_from_is_kept_when_it_is_sent_back(
    editor: Program, revision: Revision
) -> None:
    numbers = {"customers": 400, "reachable": 25_000, "buy": 0.2, "buy_from": "Our last\ntest"}
    made = make(editor, revision, hypothesis=RULE | {"reckoning": numbers})
    change = made.json["hypothesis"] | {"minimum_days": 10, "knows_team": True}

    changed = editor.patch(f"/experiments/{made.json['id']}", {"hypothesis": change})

    assert changed.status_code == 200, changed.text
    assert changed.json["hypothesis"] == change
    assert change["reckoning"]["buy_from"] == "Our last test"


@pytest.mark.parametrize(
    ("given", "shown", "sealed"),
    [
        ({}, None, 0.195),
        ({"hoped_for": 0.2}, 0.2, 0.2),
        # As it is proposed.
        (
            {
                "target": 0.08,
                "floor": 0.03,
                "minimum_visitors": 300,
                "maximum_visitors": 2400,
                "hoped_for": 0.15,
            },
            0.15,
            0.15,
        ),
    ],
)
def test_a_rule_that_is_sent_back_with_another_target_keeps_a_chosen_hope_alone(
    editor: Program, revision: Revision, given: Any, shown: float | None, sealed: float
) -> None:
    made = make(editor, revision, hypothesis=RULE | given)
    change = made.json["hypothesis"] | {"target": 0.13}

    changed = editor.patch(f"/experiments/{made.json['id']}", {"hypothesis": change})

    assert changed.status_code == 200, changed.text
    assert changed.json["hypothesis"].get("hoped_for") == shown
    experiment = db.session.get_one(Experiment, made.json["id"])
    assert experiment.rule["hoped_for"] == sealed


def test_crowds_are_given_back_in_utc_and_taken_as_they_are_given_back(
    editor: Program, revision: Revision
) -> None:
    made = make(editor, revision, hypothesis=RULE | {"crowds": [MEETUP]})
    rule = made.json["hypothesis"]

    changed = editor.patch(f"/experiments/{made.json['id']}", {"hypothesis": rule})

    moments = {"from": "2027-03-12T18:00:00+00:00", "until": "2027-03-12T22:30:00+00:00"}
    assert rule["crowds"] == [{"name": "Meetup", "people": 150, "networks": 1} | moments]
    assert changed.json["hypothesis"] == rule


def test_what_no_seal_holds_is_part_of_what_was_read(editor: Program, revision: Revision) -> None:
    made = make(editor, revision)
    address = f"/experiments/{made.json['id']}"
    editor.patch(address, {"expected_daily": 120}, If_Match=made.headers["ETag"])

    late = editor.patch(address, {"expected_daily": 80}, If_Match=made.headers["ETag"])

    assert (late.status_code, editor.get(address).json["expected_daily"]) == (412, 120)


@pytest.mark.parametrize("tag", ['W/"v1"', '"v1"', "v1", '""'])
def test_a_tag_that_is_none_of_an_experiment_changes_nothing(
    editor: Program, revision: Revision, tag: str
) -> None:
    made = make(editor, revision)
    address = f"/experiments/{made.json['id']}"

    answer = editor.patch(address, {"slug": "pantry"}, If_Match=tag)

    assert (answer.status_code, editor.get(address).json["slug"]) == (400, "larder")


def test_nothing_is_changed_when_a_part_cannot_be(editor: Program, revision: Revision) -> None:
    made = make(editor, revision)
    address = f"/experiments/{made.json['id']}"

    answer = editor.patch(address, {"slug": "pantry", "variants": [CONTROL | {"name": ""}]})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["variants[0].name"])
    assert editor.get(address).json == made.json


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"expected_daily": 0}, "expected_daily"),
        ({"hypothesis": RULE | {"ends_on": "2027-03-01"}}, "hypothesis.ends_on"),
    ],
)
def test_a_change_that_cannot_be_kept_is_named(
    editor: Program, revision: Revision, change: dict[str, Any], field: str
) -> None:
    made = make(editor, revision)

    answer = editor.patch(f"/experiments/{made.json['id']}", change)

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_what_runs_is_sealed(editor: Program, revision: Revision, team: Team) -> None:
    running = make_running(revision, team.editor, team.owner)

    answer = editor.patch(f"/experiments/{running.id}", {"slug": "pantry"})

    assert answer.status_code == 409
    assert "locked" in answer.json["detail"]


def test_the_launch_check_wants_each_warning_seen(editor: Program, revision: Revision) -> None:
    address = f"/experiments/{make(editor, revision).json['id']}/launch"
    found = editor.get(address).json["findings"]
    warnings = [each["what"] for each in found if each["kind"] == "warning"]

    without = editor.post(address, {})
    passed = editor.post(address, {"seen": warnings})

    assert warnings
    assert (without.status_code, list(without.json["errors"])) == (422, ["seen"])
    assert (passed.status_code, passed.json["is_checked"]) == (200, True)
    assert passed.json["warnings_seen"] == warnings


def test_a_start_says_all_that_is_missing(program: Program, team: Team) -> None:
    draft = make_experiment(make_revision(team.editor), team.editor)

    answer = program.post(f"/experiments/{draft.id}/start")

    assert (answer.status_code, list(answer.json["errors"])) == (409, ["approval"])


def test_somebody_else_starts_what_one_wrote(
    editor: Program, program: Program, revision: Revision
) -> None:
    address = f"/experiments/{make(editor, revision).json['id']}"
    found = editor.get(f"{address}/launch").json["findings"]
    warnings = [each["what"] for each in found if each["kind"] == "warning"]
    editor.post(f"{address}/launch", {"seen": warnings})

    mine, theirs = editor.post(f"{address}/start"), program.post(f"{address}/start")

    assert (mine.status_code, theirs.status_code) == (403, 200)
    assert theirs.json["state"] == "running"
    assert len(theirs.json["seal"]) == 64


def test_a_page_rests_goes_on_and_ends_with_reasons(
    program: Program, revision: Revision, team: Team
) -> None:
    address = f"/experiments/{make_running(revision, team.editor, team.owner).id}"

    without = program.post(f"{address}/pause", {"why": " "})
    steps = [
        program.post(f"{address}/pause", {"why": "The mail is down."}).json["state"],
        program.post(f"{address}/resume").json["state"],
        program.post(f"{address}/end", {"why": "Nobody comes."}).json["state"],
    ]

    assert (without.status_code, list(without.json["errors"])) == (422, ["why"])
    assert steps == ["paused", "running", "ended"]
    assert program.post(f"{address}/end", {"why": "Once more."}).status_code == 409


@pytest.mark.parametrize("weight", [1, 3])
def test_no_variant_is_written_rewritten_or_dropped_after_the_start(
    program: Program, revision: Revision, team: Team, weight: int
) -> None:
    running = make_running(revision, team.editor, team.owner, variants=("From your kitchen",))
    address = f"/experiments/{running.id}"
    control, kitchen = program.get(address).json["variants"]
    later = {"key": "later", "name": "Later", "weight": 1, "overrides": {"headline": "Later"}}
    rewritten = kitchen | {"weight": weight, "overrides": {"headline": "Not what was sealed"}}

    for variants in ([control, kitchen, later], [control, rewritten], [control]):
        answer = program.patch(address, {"variants": variants})

        assert (answer.status_code, "locked" in answer.text) == (409, True)
    assert program.get(address).json["variants"] == [control, kitchen]


def test_experiments_are_listed_newest_first_in_pages(
    program: Program, revision: Revision, team: Team
) -> None:
    numbers = [make_experiment(revision, team.editor, slug=f"larder-{n}").id for n in range(3)]

    first = program.get("/experiments?limit=2").json
    second = program.get(f"/experiments?cursor={first['next']}").json

    assert [each["id"] for page in (first, second) for each in page["items"]] == numbers[::-1]
