"""The numbers behind a target: assumptions of the release until somebody marks them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conftest import Browser
from tests.decisions.conftest import settle
from tests.factories import (
    Team,
    log_in,
    make_approval,
    make_experiment,
    make_revision,
    make_running,
)
from wbtest.cli import main
from wbtest.decisions.learning_cards import key_for, learned_of, mark, standing_marks
from wbtest.decisions.memo_content import as_values, open_ends_of
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_rule
from wbtest.publishing.target_calculator import TargetCalculation
from wbtest.writing import document as documents
from wbtest.writing.models import Revision

NUMBERS = ["400 customers needed", "25,000 people reachable", "20% of sign-ups buy"]
BUY = key_for("number", NUMBERS[2])
RESTS = "The target of 8% rests on it."
FROM = "Where it comes from: Rent and two salaries"
NEEDED = TargetCalculation(400, 25_000, 0.2, customers_from="Rent and two salaries")


@pytest.fixture
def prepared() -> None:
    """No rows: the release here is another one."""


@pytest.fixture
def revision(team: Team) -> Revision:
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    return revision


@pytest.fixture
def over(revision: Revision, team: Team) -> Experiment:
    running = make_running(revision, team.editor, team.approver, reckoning=NEEDED)
    return end(running, team.approver)


def test_they_stand_beside_the_release_as_soon_as_a_draft_rests_on_them(
    revision: Revision, team: Team, client: Browser
):
    make_experiment(revision, team.editor, reckoning=NEEDED)
    log_in(client, team.viewer)

    page = client.get(f"/releases/{revision.release_id}/revisions/1?side=details").text

    assert [each.words for each in learned_of(revision.release).behind] == NUMBERS
    assert "What the target rests on" in page
    assert f"{RESTS} {FROM}" in page


def test_two_tests_of_one_target_assume_it_once(revision: Revision, team: Team):
    for slug in ("larder", "again"):
        make_experiment(revision, team.editor, slug=slug, reckoning=NEEDED)

    assert [each.words for each in learned_of(revision.release).behind] == NUMBERS


def test_a_test_settles_them_and_the_release_says_so(over: Experiment, team: Team):
    mark(over, team.editor, BUY, "refuted", "3 of 41 paid.", 0)

    learned = learned_of(over.revision.release)

    assert [each.words for each, _ in standing_marks(over)][-3:] == NUMBERS
    assert [found.words for found in learned.present] == NUMBERS[2:]
    assert [each.words for each in learned.behind] == NUMBERS[:2]
    assert learned.tally == "1 refuted, 3 still open"
    assert learned.gone == ()


def test_the_decision_page_names_them_among_what_is_still_open(
    over: Experiment, team: Team, client: Browser
):
    log_in(client, team.approver)

    page = client.get(f"/experiments/{over.id}/decision").text

    assert all(f"Assumed: <b><bdi>{words}</bdi></b>" in page for words in NUMBERS)
    assert RESTS in page


def test_the_memo_keeps_them_apart_from_sentences_of_the_text(
    over: Experiment, team: Team, client: Browser
):
    document = documents.from_json(over.revision.document)
    [first, *_] = as_values(open_ends_of(document, sealed_rule(over)))["assumptions"]
    settle(over, team, "stop")
    log_in(client, team.viewer)

    memo = client.get(f"/experiments/{over.id}/memo/1").text

    assert first == {"words": NUMBERS[0], "sentence": "", "rests": f"{RESTS} {FROM}"}
    assert f"Assumed: <b><bdi>{NUMBERS[0]}</bdi></b>. <bdi>{RESTS}" in memo


def test_a_target_below_what_they_ask_for_is_told_wherever_the_test_is_read_or_decided(
    revision: Revision, team: Team, client: Browser, tmp_path: Path
):
    running = make_running(revision, team.editor, team.approver, target=0.04, reckoning=NEEDED)
    log_in(client, team.approver)
    started = client.get(f"/experiments/{running.id}").text
    over = end(running, team.approver)
    settle(over, team, "stop")
    decision, memo = (
        client.get(f"/experiments/{over.id}/{page}").text for page in ("decision", "memo/1")
    )

    short = "A target of 4% would bring about 200 of the 400 customers you need"
    assert all(short in page for page in (started, decision, memo))
    assert "400 customers needed: <bdi>Rent and two salaries</bdi>" in started
    rests = "It’s one of three numbers that call for 8%. The target is 4%."
    assert rests in decision
    assert rests in memo

    file = tmp_path / "memo.json"
    file.write_text(client.get(f"/experiments/{over.id}/memo/1.json").text, encoding="utf-8")
    verified = CliRunner().invoke(main, ["verify-memo", str(file)])
    assert verified.exit_code == 0, verified.output
