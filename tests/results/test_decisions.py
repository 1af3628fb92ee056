"""Go, iterate or stop: with a reason, with the figures, and against the rule if need be."""

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_decision, make_experiment
from tests.results.crowd import count_day, count_days
from wbtest.decisions.decide import decide
from wbtest.extensions import db
from wbtest.publishing.experiment_stages import contradiction, decisions, find_decision
from wbtest.publishing.models import Decision, Experiment
from wbtest.results.figures import NotStarted, results_of
from wbtest.results.figures_json import results_json
from wbtest.store import Invalid

REASON = "The kitchen headline carries it."


@pytest.fixture
def met(begin, now: HandClock) -> Experiment:
    experiment = begin()
    count_days(experiment, range(9), seen=100, converted=14)
    now.turn(days=10)
    return experiment


def test_a_decision_keeps_every_figure_and_the_seal(met, team: Team, now: HandClock):
    decide(met, team.approver, "go", REASON)
    db.session.expire_all()

    decision = find_decision(met)
    assert decision is not None
    assert decision.figures["seal"] == met.seal
    assert decision.figures["as_of"] == now().isoformat()
    expected = results_json(results_of(met, now()))
    assert {name: decision.figures[name] for name in expected} == expected


def test_the_figures_of_a_decision_stay_as_they_were(met, team: Team, now: HandClock):
    decide(met, team.approver, "go", REASON)
    count_day(met, 9, seen=100, converted=1)
    now.turn(days=1)

    stored = find_decision(met)
    assert stored is not None
    assert stored.figures["variants"][0]["seen"] == 900


def test_a_double_click_decides_once(met, team: Team):
    first, second = (decide(met, team.approver, "go", REASON) for _ in range(2))

    assert first is second
    assert len(decisions(met)) == 1


def test_a_later_decision_stands_before_an_earlier_one(met, team: Team):
    make_decision(met, team.approver, team.owner, "iterate", "The price is missing.")
    decide(met, team.approver, "go", REASON)

    assert [decision.choice for decision in decisions(met)] == ["go", "iterate"]


@pytest.mark.parametrize(
    ("choice", "reason", "field"),
    [
        ("", REASON, "choice"),
        ("maybe", REASON, "choice"),
        ("go", "", "reason"),
        ("go", "   yes, go   ", "reason"),
        ("go", "far too long " * 500, "reason"),
        ("go", "with a \x07 bell in it", "reason"),
    ],
)
def test_a_decision_that_says_nothing_is_refused_at_its_field(met, team, choice, reason, field):
    with pytest.raises(Invalid) as refused:
        decide(met, team.approver, choice, reason)

    assert refused.value.field == field
    assert decisions(met) == []


def test_before_the_start_there_is_nothing_to_decide_on(revision, team: Team):
    draft = make_experiment(revision, team.editor)

    with pytest.raises(NotStarted):
        decide(draft, team.approver, "go", REASON)


@pytest.mark.parametrize(
    ("advice", "choice", "withheld", "sentence"),
    [
        ("go", "go", False, ""),
        ("go", "stop", False, "The locked rule said go, but the team decided otherwise."),
        ("keep_running", "go", True, "Decided while the data was unreliable."),
        ("keep_running", "go", False, "Decided without a result."),
        ("inconclusive", "go", False, "Decided while the result was undecided."),
        ("keep_running", "go", None, "Decided while the result was in doubt."),
    ],
)
def test_a_decision_against_the_rule_says_so(advice, choice, withheld, sentence):
    word = "met" if withheld is None else "not_enough"
    figures = {"recommendation": advice, "withheld": withheld, "verdict": word}

    assert contradiction(Decision(choice=choice, figures=figures)) == sentence
