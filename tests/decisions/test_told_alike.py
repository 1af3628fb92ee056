"""What the Decision page says of signatures, proposals and what is next."""

import re

from tests.conftest import Browser, HandClock
from tests.decisions.conftest import AGAINST, REASON
from tests.factories import (
    Team,
    log_in,
    make_approval,
    make_person,
    make_revision,
    make_running,
)
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_days
from wbtest.decisions.decide import decide, second, turn_down
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment


def plain(page: str) -> str:
    """What a reader sees of it, without a break."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split()).replace(" .", ".")


def test_each_signature_stands_with_its_own_day(
    met: Experiment, team: Team, approver: Browser, now: HandClock
):
    paper = decide(met, team.approver, "stop", AGAINST)
    now.turn(days=3)
    second(paper, team.owner)
    page = approver.get(f"/experiments/{met.id}/decision").text

    assert re.search(r"<bdi>Approver</bdi>,\s+11 March 2027, 09:00", page)
    assert "approved by <bdi>Owner</bdi>, 14 March 2027, 09:00" in page


def test_what_became_of_a_proposal_is_told_where_it_waited(
    met: Experiment, team: Team, approver: Browser, now: HandClock
):
    turn_down(decide(met, team.approver, "stop", AGAINST), team.owner, "Ask parents first.")
    decide(met, team.approver, "iterate", "The price is missing from it.")
    now.turn(days=3)
    decide(met, team.owner, "go", REASON)

    text = plain(approver.get(f"/experiments/{met.id}/decision").text)
    assert "Approver proposed “stop” on 11 March 2027. Owner rejected it on 11 March 2027" in text
    assert "2027: “Ask parents first.”" in text
    assert "Approver proposed “iterate” on 11 March 2027. Owner decided “go” on 14 March" in text
    assert "instead: memo 1" in text


def test_who_is_alone_is_told_that_nobody_else_is_needed(app, client: Browser, now: HandClock):
    mei = make_person("mei@solo.example", "owner")
    revision = make_revision(mei)
    make_approval(revision, mei)
    experiment = make_running(revision, mei, mei)
    count_day(experiment, 0, seen=40, converted=3)
    log_in(client, mei)
    said = (
        "You’re alone here, so your choice needs no approval, and the memo says so. "
        "You can change it later; each memo is kept."
    )

    text = plain(client.get(f"/experiments/{experiment.id}/decision").text)

    assert f"No result yet. {said}" in text
    assert "second approver" not in text


def test_only_after_its_end_a_result_is_called_undecided(
    begin: Start, approver: Browser, team: Team, now: HandClock
):
    experiment = begin()
    count_day(experiment, 0, seen=40, converted=3)
    place = f"/experiments/{experiment.id}/decision"

    before = plain(approver.get(place).text)
    now.turn(hours=2)
    end(experiment, team.approver)
    now.turn(days=10)

    assert "No result yet." in before
    assert "The result is undecided." in plain(approver.get(place).text)


def test_a_verdict_withheld_is_not_called_unsettled(
    begin: Start, approver: Browser, now: HandClock
):
    experiment = begin(variants=("Kitchen",))
    count_days(experiment, range(9), seen=150, converted=14)
    count_days(experiment, range(9), "kitchen", seen=50, converted=7)
    now.turn(days=10)

    text = plain(approver.get(f"/experiments/{experiment.id}/decision").text)

    assert "This data can’t be used. Start a new test instead." in text
    assert "The result is undecided" not in text


def test_after_go_the_team_is_led_on_and_not_told_to_stop_looking(
    met: Experiment, team: Team, approver: Browser
):
    decide(met, team.approver, "go", REASON)
    place_of = f"/experiments/{met.id}"

    page = approver.get(f"{place_of}/decision").text
    assert 'id="build"' in page
    assert 'id="learnings"' in page
    for page in ("/ideas", *(f"{place_of}/{page}" for page in ("memo/1", "results"))):
        assert "You may stop looking" not in approver.get(page).text
