"""What is known of each idea: its evidence, its cost, its forecasts, and what was decided."""

from datetime import date

from flask import Flask

from tests.conftest import HandClock
from tests.factories import Team, make_approval, make_decision, make_revision, make_running
from tests.ideas.conftest import Ideas
from tests.results.states import States, crowd
from tests.results.test_calibration import guess
from wbtest.decisions.decide import decide
from wbtest.extensions import clock, db
from wbtest.ideas.idea_list import (
    IdeaFilter,
    IdeaRow,
    Portfolio,
    evidence_kept,
    evidence_now,
    list_ideas,
    portfolio_of,
)
from wbtest.ideas.views import head_of
from wbtest.publishing.experiment_stages import find_decision
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.results.costs import add_spend


def shown(team: Team) -> Portfolio:
    db.session.rollback()
    return portfolio_of(IdeaFilter(), clock.now())


def row_of(experiment: Experiment, team: Team) -> IdeaRow:
    key = experiment.id
    return next(row for row in shown(team).rows if key in {test.id for test in row.idea.tests})


def test_the_figures_of_a_decision_say_what_the_test_says(ideas: Ideas):
    decision = find_decision(ideas.stopped)
    assert decision is not None

    kept = evidence_kept(decision.figures)

    assert kept == evidence_now([ideas.stopped], clock.now())[ideas.stopped.id]
    assert kept.standing == "below"


def test_the_figures_of_a_decision_say_that_they_were_withheld(
    states: States, team: Team, now: HandClock
):
    experiment = states.split_broken()
    now.turn(days=11)
    end(experiment, team.approver)
    make_decision(experiment, team.approver, team.owner, "stop", "We trust none of it.")

    row = row_of(experiment, team)

    assert row.evidence is not None
    assert row.evidence.standing == "withheld"


def test_a_decided_test_that_runs_on_is_judged_now(ideas: Ideas, team: Team):
    decide(ideas.met, team.approver, "go", "We build the second one.")
    crowd(ideas.met, (5, 1), (5, 1), (5, 1), days=[9])

    row = row_of(ideas.met, team)

    assert row.evidence is not None
    assert (row.stage, row.status, row.evidence.seen) == ("done", "Go", 995)


def test_the_newest_test_of_a_release_speaks_for_the_idea(
    states: States, team: Team, now: HandClock
):
    first = states.decided()
    now.turn(days=11)
    end(first, team.approver)
    make_decision(first, team.approver, team.owner, "iterate", "The words are wrong.")
    again = make_running(first.revision, team.editor, team.approver)

    row = row_of(again, team)

    assert (row.stage, len(row.idea.tests), row.visitors) == ("testing", 2, 1620)
    assert row.evidence is not None
    assert row.evidence.seen == 0


def test_cost_is_added_up_over_tests_and_missing_where_nobody_entered_any(ideas: Ideas, team: Team):
    day = date(2027, 3, 2)
    add_spend(ideas.met, team.editor, "newsletter", day, None, "120.50", "EUR")

    assert row_of(ideas.met, team).cost == "€120.50"
    assert row_of(ideas.running, team).cost == "–"
    assert shown(team).spent == "€120.50"


def test_forecasts_stand_beside_an_idea_once_its_figures_are_final(team: Team, now: HandClock):
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    guess(revision, team.viewer, 0.08, 0.05, 0.12)
    guess(revision, team.editor, 0.3, 0.2, 0.4)
    now.turn(hours=1)
    experiment = make_running(revision, team.editor, team.approver)
    crowd(experiment, (100, 10), days=range(1))
    before = row_of(experiment, team).forecasts
    now.turn(days=40)
    after = row_of(experiment, team).forecasts

    assert before is None
    assert after is not None
    assert (after.held, len(after.forecasts)) == (1, 2)
    assert "1 of 2 forecasts included the result." in shown(team).forecasts


def test_a_choice_that_waits_needs_the_team(ideas: Ideas, team: Team):
    decide(ideas.running, team.approver, "go", "We cannot wait any longer.")

    row = row_of(ideas.running, team)

    assert (row.stage, row.status) == ("decide", "“Go” needs a second approver")


def test_list_chart_and_head_say_the_same_stage_and_status(app: Flask, ideas: Ideas, team: Team):
    now = clock.now()
    in_list = {
        each.idea.release_id: (each.stage, each.status)
        for group in list_ideas("", 1, now).groups.values()
        for each in group
    }
    on_chart = {row.idea.release_id: (row.stage, row.status) for row in shown(team).rows}
    with app.test_request_context():
        heads = {key: head_of(key) for key in in_list}

    assert in_list == on_chart == {key: (head.stage, head.status) for key, head in heads.items()}
    assert in_list[ideas.met.release_id] == ("decide", "Target met")
    assert in_list[ideas.stopped.release_id] == ("done", "Stopped")
