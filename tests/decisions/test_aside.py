"""Decisions that rest on figures with groups set aside: a second person signs, the memo tells."""

import json

import pytest

from tests.conftest import HandClock
from tests.decisions.conftest import REASON
from tests.decisions.test_second import mark
from tests.factories import Team, log_in, make_decision
from tests.results.conftest import Start
from tests.results.crowd import count_machines
from tests.results.visiting import HOUR, Group, come
from wbtest.audience.group_counts import VisitorGroup as Chosen
from wbtest.audience.retention import purge
from wbtest.audience.setting_aside import set_aside, take_back
from wbtest.decisions.decide import decide, second
from wbtest.decisions.memo_proof import differences
from wbtest.decisions.memo_views import export_of, find_memo
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import clock, db
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.results.set_aside import results_and_aside
from wbtest.store import Invalid, Refused

WHY = "We know this office: they asked their friends."
FORUM = Chosen("out", "source", "forum")
DOMAIN = Chosen("out", "domain", "example.com")


@pytest.fixture
def against(inflated: Experiment, team: Team) -> Experiment:
    """The sealed rule says go; without those who signed up it would say stop."""
    set_aside(inflated, team.owner, DOMAIN, WHY)
    return inflated


def test_a_decision_by_the_figures_beside_needs_a_second_person(against, team):
    paper = decide(against, team.approver, "stop", REASON)

    assert paper.state == "waiting"
    second(paper, team.owner)
    assert paper.memo["decision"]["against"] == (
        "The locked rule said go, but the team decided otherwise. With 1 group set aside or "
        "included, "
        "the rule says stop."
    )


def test_who_is_asked_to_second_reads_that_it_rests_on_groups(client, against, team):
    decide(against, team.approver, "stop", REASON)
    log_in(client, team.owner)
    said = "With 1 group set aside or included, the rule says stop."

    assert said in client.get(f"/experiments/{against.id}/decision").text
    assert said in db.session.scalars(db.select(OutboxMail.body)).all()[-1]


def test_a_decision_by_the_sealed_figures_needs_nobody_and_tells_of_the_groups(against, team):
    paper = decide(against, team.approver, "go", REASON)
    [group] = paper.memo["beside"]["groups"]

    assert (paper.state, paper.memo["decision"]["against"]) == ("stands", "")
    assert (group["name"], group["why"], group["by"]) == (
        "addresses at an email domain",
        WHY,
        "Owner",
    )
    assert (group["seen"], group["converted"]) == ([96], [96])
    assert paper.memo["beside"]["recommendation"] == "stop"


def test_nobody_seconds_what_rests_on_other_groups_than_those_of_now(against, team):
    paper = decide(against, team.approver, "stop", REASON)
    take_back(against, team.owner, 1)

    with pytest.raises(Refused, match="Other groups are set aside now"):
        second(paper, team.owner)


def test_a_page_from_before_a_group_was_set_aside_decides_nothing(inflated, team):
    read = mark(inflated)
    set_aside(inflated, team.owner, FORUM, WHY)

    with pytest.raises(Invalid, match="Other groups were set aside after you opened this page"):
        decide(inflated, team.approver, "go", REASON, read)


def come_in_many(experiment: Experiment, now: HandClock) -> None:
    """Let so many come whose addresses are elsewhere that the figures beside say go, too."""
    crowd = [
        Group(400, signups=80, at=day * 24 * HOUR, domain=f"d{day}.example") for day in range(9, 14)
    ]
    come(experiment, *crowd)
    now.turn(days=8)


def beside_says(experiment: Experiment) -> str:
    results, aside = results_and_aside(experiment, clock.now())
    assert aside is not None
    assert results.verdict.recommendation == "go"
    return aside.beside.verdict.recommendation


def test_nobody_seconds_what_the_figures_beside_no_longer_say(client, against, team, now):
    paper = decide(against, team.approver, "stop", REASON)
    come_in_many(against, now)
    log_in(client, team.owner)

    assert beside_says(against) != "stop"
    with pytest.raises(Refused, match="The figures of those groups changed"):
        second(paper, team.owner)
    said = client.get(f"/experiments/{against.id}/decision").text
    assert "The figures of those groups changed" in said
    assert "Approve “stop”" not in said


def test_a_page_from_before_the_figures_beside_changed_decides_nothing(against, team, now):
    read = mark(against)
    come_in_many(against, now)

    with pytest.raises(Invalid, match="figures of those groups changed after you opened"):
        decide(against, team.approver, "stop", REASON, read)


def test_the_memo_shows_the_groups_and_the_figures_beside(client, against, team):
    decide(against, team.approver, "go", REASON)
    log_in(client, team.viewer)
    page = client.get(f"/experiments/{against.id}/memo/1").text

    assert "Without <bdi>addresses at an email domain</bdi>" in page
    assert "0 of 608" in page
    assert WHY in page


def test_a_memo_without_groups_has_no_such_part(inflated, team):
    paper = decide(inflated, team.approver, "go", REASON)

    assert "beside" not in paper.memo


def export(experiment: Experiment) -> dict:
    memo = find_memo(experiment, 1)
    assert memo is not None
    return json.loads(json.dumps(export_of(experiment, memo)))


def test_the_figures_beside_follow_from_the_file(against, team):
    set_aside(against, team.owner, FORUM, WHY)
    decide(against, team.approver, "go", REASON)

    assert differences(json.dumps(export(against))) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda file: file["memo"]["beside"].update(recommendation="go"), "memo.beside.recomm"),
        (lambda file: file["memo"]["beside"]["groups"][0].update(seen=[9]), "memo.beside.groups"),
        (lambda file: file["memo"].pop("beside"), "data.aside"),
        (lambda file: file["data"].pop("aside"), "data.aside"),
        (lambda file: file["data"]["aside"][0].__setitem__(5, 9_999), "data.aside: seen"),
    ],
)
def test_a_file_whose_figures_beside_were_changed_differs(against, team, change, place):
    decide(against, team.approver, "go", REASON)
    file = export(against)
    change(file)

    assert any(str(each).startswith(place) for each in differences(json.dumps(file)))


@pytest.fixture
def left_out(begin: Start, team: Team, now: HandClock) -> Experiment:
    """People left out for each reason are taken in."""
    experiment = begin()
    come(
        experiment,
        Group(40, signups=2),
        Group(4, signups=2, excluded_because="team"),
        Group(3, signups=1, excluded_because="paused"),
        Group(5, signups=1, excluded_because="crowd", mark=9),
        Group(2, signups=2, signed_because="suspected"),
    )
    now.turn(days=1)
    for chosen in ("team", "paused", "suspected"):
        set_aside(experiment, team.owner, Chosen("in", "reason", chosen), WHY)
    set_aside(experiment, team.owner, Chosen("in", "mark", "9"), WHY)
    set_aside(experiment, team.owner, Chosen("out", "source", "newsletter"), WHY)
    return experiment


def test_people_taken_in_agree_with_those_left_out(left_out, team):
    make_decision(left_out, team.owner, team.approver, "stop", REASON)
    file = export(left_out)

    assert len({row[0][0] for row in file["data"]["aside"] if not row[1]}) == 4
    assert differences(json.dumps(file)) == []


def test_people_taken_in_agree_with_a_crowd_of_which_a_part_is_only_a_number(left_out, team):
    count_machines(left_out, 7, reason="crowd")
    make_decision(left_out, team.owner, team.approver, "stop", REASON)
    file = export(left_out)

    assert file["data"]["machines"]["crowd"] == [12]
    assert differences(json.dumps(file)) == []


@pytest.mark.parametrize("group", [1, 2, 3, 4, 5])
def test_a_file_that_takes_more_people_in_than_were_left_out_differs(left_out, team, group):
    make_decision(left_out, team.owner, team.approver, "stop", REASON)
    file = export(left_out)
    hour = file["data"]["hours"][0][0]
    file["data"]["aside"].append([[group], False, hour, "control", 500, 500, 500, 500])

    found = [each for each in differences(json.dumps(file)) if each.place.startswith("data.aside")]
    assert "seen of control" in found[1].place
    assert found[1].says >= 500


def test_after_the_purge_a_decision_still_tells_the_figures_beside(
    begin: Start, team: Team, now: HandClock, against: Experiment
):
    lifecycle.end(against, team.owner)
    now.turn(days=400)
    purge(against)
    paper = decide(against, team.approver, "go", REASON)

    assert paper.memo["beside"]["groups"][0]["seen"] == [96]
    assert differences(json.dumps(export(against))) == []
