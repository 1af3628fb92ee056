"""How far the foremost idea of a team is, by what there is of it."""

from flask import Flask

from tests.factories import (
    Team,
    make_approval,
    make_checked,
    make_experiment,
    make_person,
    make_release,
    make_revision,
    make_running,
)
from tests.results.crowd import count_day
from tests.statements import counted
from wbtest.extensions import db
from wbtest.ideas.onboarding import OnboardingFacts, count_stops, onboarding_facts
from wbtest.publishing import lifecycle
from wbtest.review.approvals import stop_release
from wbtest.review.approvers import set_needs
from wbtest.review.review_requests import ask_for_review, make_link
from wbtest.writing.models import Revision


def facts(team: Team) -> OnboardingFacts:
    """Asked as a page asks: with nothing at hand, and with how many statements."""
    db.session.expire_all()
    db.session.connection()
    with counted() as statements:
        found = onboarding_facts()
    assert len(statements) <= 2
    return found


def test_nothing_is_there_at_first(team: Team) -> None:
    assert facts(team) == OnboardingFacts(is_alone=False)


def test_who_has_nobody_else_is_alone(app: Flask) -> None:
    make_person("kim@kiln.example", "owner")
    assert onboarding_facts().is_alone


def test_a_draft_is_its_revision_as_long_as_it_says_the_same(team: Team) -> None:
    revision = make_revision(team.editor)
    assert facts(team)[:5] == (revision.release_id, "", 0, 1, True)

    make_release(team.editor, headline="")
    changed = make_revision(team.editor, release=revision.release, headline="Six dinners")
    revision.release.document = {**changed.document, "problem": ""}
    db.session.flush()

    found = onboarding_facts()
    assert (found.missing, found.revision, found.is_revision) == ("problem", 2, False)


def test_what_stops_the_text_is_counted_as_the_coach_does(team: Team) -> None:
    release = make_release(team.editor, headline="A revolutionary dinner", problem="TBD")

    assert count_stops(release) == facts(team).stops > 1


def test_somebody_was_asked_by_a_round_or_by_a_link(team: Team) -> None:
    revision = make_revision(team.editor)
    assert not facts(team).is_asked

    make_link(revision.release, team.editor, "Mei")
    assert facts(team).is_asked

    other = make_revision(team.editor, product="Kiln")
    ask_for_review(other, team.editor, members=[team.owner.id])
    assert facts(team).is_asked


def test_an_approval_counts_when_the_needs_of_the_team_are_met(team: Team) -> None:
    revision = make_revision(team.editor)
    set_needs(1, [team.owner.id])
    make_approval(revision, team.approver)
    assert not onboarding_facts().is_approved

    make_approval(revision, team.owner)

    assert onboarding_facts().is_approved


def approved(team: Team) -> Revision:
    revision = make_revision(team.editor)
    make_approval(revision, team.owner)
    return revision


def test_a_page_is_ready_once_its_launch_check_passed_and_until_it_is_changed(team: Team) -> None:
    draft = make_experiment(approved(team), team.editor)
    assert (facts(team).experiment, facts(team).is_checked) == (draft.id, False)

    make_checked(draft, team.editor)
    assert facts(team).is_checked

    draft.slug = "another"
    db.session.flush()
    assert not onboarding_facts().is_checked


def test_a_test_that_runs_is_ahead_of_every_other_idea_and_one_that_ended_is_not(
    team: Team,
) -> None:
    running = make_running(approved(team), team.editor, team.owner)
    make_revision(team.editor, product="Kiln")
    assert facts(team).is_started
    assert facts(team).experiment == running.id

    lifecycle.end(running, team.owner)

    assert not facts(team).is_started


def test_who_was_counted_is_a_visitor_and_who_was_only_served_is_none(team: Team) -> None:
    running = make_running(approved(team), team.editor, team.owner)
    count_day(running, 0, "control", seen=0, converted=0, served=3)
    assert not facts(team).is_visited

    count_day(running, 0, "control", seen=1, converted=0, served=3)

    assert facts(team).is_visited


def test_what_was_stopped_on_paper_leads_nowhere(team: Team) -> None:
    stop_release(make_revision(team.editor), team.owner, "Nobody fires at night.")

    assert facts(team).release == 0
