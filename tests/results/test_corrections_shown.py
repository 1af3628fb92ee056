"""A mistake that was corrected on the page stays visible in results, memo and API."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.conftest import program_of
from tests.conftest import HandClock
from tests.factories import Team, log_in, make_decision, make_running
from tests.results.crowd import count_days
from wbtest.decisions.memo_content import digest
from wbtest.decisions.memo_proof import differences
from wbtest.decisions.memo_views import export_of, find_memo
from wbtest.publishing.correction_requests import (
    approve_corrections,
    digest_of,
    digest_of_waiting,
    present_texts,
    submit_corrections,
)
from wbtest.publishing.models import Experiment
from wbtest.results.figures import results_of
from wbtest.store import writing
from wbtest.writing.models import Revision

BEFORE = "Larder reads the receipt and sends five recipes."
AFTER = "Larder reads the receipt and mails five recipes."


@pytest.fixture
def corrected(revision: Revision, team: Team, now: HandClock) -> Experiment:
    """A test of two weeks whose solution was corrected on the third day."""
    running = make_running(revision, team.editor, team.approver, variants=("Price",))
    for variant in ("control", "price"):
        count_days(running, range(8), variant, seen=100, converted=20, served=110)
    now.turn(days=2)
    read = digest_of(present_texts(running))
    submit_corrections(running, team.editor, {"solution": AFTER}, why="A reader asked.", read=read)
    approve_corrections(running, team.approver, digest_of_waiting(running))
    now.turn(days=12)
    return running


def test_the_panel_is_amber_and_says_what_became_what_and_who_saw_which(corrected, now):
    check = {each.check: each for each in results_of(corrected, now()).trust}["changes"]

    assert (check.colour, check.value) == ("amber", "1")
    assert check.reason == (
        "1 correction on 3 March: Solution: “sends” became “mails” "
        "(84 of 422 in the hours before, 236 of 1,178 from that hour on)."
    )


def test_the_verdict_stays(corrected, now):
    assert results_of(corrected, now()).verdict.choice == "go"


def test_one_that_was_changed_by_hand_withholds_it(corrected, now):
    with writing():
        corrected.corrections[0].after = BEFORE
    results = results_of(corrected, now())

    assert results.verdict.is_withheld
    reasons = {each.check: each.reason for each in results.trust}
    assert "Correction 1 differs from the approved one." in reasons["seal"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("after", BEFORE), ("before", "None."), ("number", 2), ("author", 99), ("asked_at", "2020")],
)
def test_a_memo_in_which_it_was_forged_is_found(
    corrected: Experiment, team: Team, name: str, value: object
):
    make_decision(corrected, team.approver, team.owner, "go", "It reaches the target.")
    memo = find_memo(corrected, 1)
    assert memo is not None
    export = json.loads(json.dumps(export_of(corrected, memo)))
    before = differences(json.dumps(export))
    export["memo"]["corrections"][0][name] = value
    export["digest"] = digest(export["memo"])

    assert before == []
    assert "memo.corrections[0].seal" in [each.place for each in differences(json.dumps(export))]


def test_the_memo_keeps_it(corrected: Experiment, team: Team, client: FlaskClient, now: HandClock):
    make_decision(corrected, team.approver, team.owner, "go", "It reaches the target.")
    memo = find_memo(corrected, 1)
    assert memo is not None
    (kept,) = memo.values["corrections"]
    log_in(client, team.viewer)
    page = client.get(f"/experiments/{corrected.id}/memo/1").text

    assert (kept["before"], kept["after"], kept["approved_by"]) == (BEFORE, AFTER, "Approver")
    assert kept["seal"] == corrected.corrected_seal
    assert "Solution: “sends” became “mails”" in page
    assert "A reader asked." in page


def test_a_program_reads_it(corrected: Experiment, team: Team, app: Flask):
    program = program_of(app, team.viewer)
    (shown,) = program.get(f"/experiments/{corrected.id}").json["corrections"]

    assert (shown["field"], shown["before"], shown["after"]) == ("solution", BEFORE, AFTER)
    assert (shown["asked_by"], shown["approved_by"]) == ("Editor", "Approver")
    assert shown["seal"] == corrected.corrected_seal
