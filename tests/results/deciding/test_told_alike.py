"""Results, decision page and memo say the same of a decision and of what was proposed."""

import re

from tests.conftest import Browser, HandClock
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
from tests.results.deciding.conftest import AGAINST, REASON
from wbtest.decisions.decide import decide, second, turn_down
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
    pages = [approver.get(f"/experiments/{met.id}/{page}").text for page in ("results", "decision")]

    for page in pages:
        assert re.search(r"<bdi>Approver</bdi>,\s+11 March 2027, 09:00", page)
        assert "<bdi>Owner</bdi> signed it as the second person, 14 March 2027, 09:00" in page


def test_what_became_of_a_proposal_is_told_where_it_waited(
    met: Experiment, team: Team, approver: Browser, now: HandClock
):
    turn_down(decide(met, team.approver, "stop", AGAINST), team.owner, "Ask parents first.")
    decide(met, team.approver, "iterate", "The price is missing from it.")
    now.turn(days=3)
    decide(met, team.owner, "go", REASON)

    for page in ("results", "decision"):
        text = plain(approver.get(f"/experiments/{met.id}/{page}").text)
        assert "Approver proposed stop on 11 March 2027. Owner turned it down on 11 March" in text
        assert "2027: “Ask parents first.”" in text
        assert "Approver proposed iterate on 11 March 2027. Owner decided go on 14 March" in text
        assert "instead: memo 1" in text


def test_who_is_alone_is_told_one_thing_on_both_pages(app, client: Browser, now: HandClock):
    mei = make_person("mei@solo.example", "owner")
    revision = make_revision(mei)
    make_approval(revision, mei)
    experiment = make_running(revision, mei, mei)
    count_day(experiment, 0, seen=40, converted=3)
    log_in(client, mei)
    said = "You are alone here, so whatever you choose stands, and the memo says that you were."

    for page in ("results", "decision"):
        text = plain(client.get(f"/experiments/{experiment.id}/{page}").text)
        assert f"The figures have not settled it. {said}" in text
        assert "second person" not in text


def test_a_verdict_withheld_is_not_called_unsettled(
    begin: Start, approver: Browser, now: HandClock
):
    experiment = begin(variants=("Kitchen",))
    count_days(experiment, range(9), seen=150, converted=14)
    count_days(experiment, range(9), "kitchen", seen=50, converted=7)
    now.turn(days=10)

    for page in ("results", "decision"):
        text = plain(approver.get(f"/experiments/{experiment.id}/{page}").text)
        assert "The verdict is withheld for good, and it is better to begin a new test." in text
        assert "The figures have not settled it" not in text


def test_after_go_the_team_is_led_on_and_not_told_to_stop_looking(
    met: Experiment, team: Team, approver: Browser
):
    decide(met, team.approver, "go", REASON)
    place_of = f"/experiments/{met.id}"

    for page in ("memo/1", "results", "decision"):
        text = approver.get(f"{place_of}/{page}").text
        assert f'href="{place_of}/decision#checklist"' in text
        assert f'href="{place_of}/learning"' in text
    for page in ("/ideas", *(f"{place_of}/{page}" for page in ("memo/1", "results"))):
        assert "You may stop looking" not in approver.get(page).text
