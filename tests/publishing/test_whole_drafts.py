"""A draft that begins where another experiment stands."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from tests.conftest import HandClock
from tests.factories import (
    Team,
    log_in,
    make_approval,
    make_checked,
    make_experiment,
    make_old_approval,
    make_revision,
    make_rule,
)
from tests.publishing.test_crowds import MEETUP
from wbtest.extensions import db
from wbtest.publishing import rule as rules
from wbtest.publishing.lifecycle import start
from wbtest.publishing.models import Experiment
from wbtest.publishing.off_site_form import set_sites
from wbtest.publishing.page_options import Options
from wbtest.publishing.page_settings import change_options
from wbtest.publishing.tracking_links import add_links
from wbtest.publishing.whole_drafts import clone_experiment, moved_end
from wbtest.team.models import Person
from wbtest.writing.models import Revision


@pytest.fixture
def experiment(revision: Revision, team: Team) -> Experiment:
    """A draft with a second variant, a look, words and options of its own."""
    experiment = make_experiment(
        revision, team.editor, variants=("Half the waste",), knows_team=True
    )
    change_options(experiment, team.editor, Options(is_indexed=False))
    experiment.wording = {"again": "One more time"}
    experiment.asks_name = True
    db.session.commit()
    return experiment


def test_a_clone_takes_over_rule_variants_words_and_options(experiment: Experiment, team: Team):
    clone = clone_experiment(experiment, team.owner)

    for name in ("look", "wording", "options", "asks_name", "time_zone", "rule"):
        assert getattr(clone, name) == getattr(experiment, name)
    assert clone.rule["knows_team"] is True
    assert [(each.key, each.overrides, each.writer_id) for each in clone.variants] == [
        (each.key, each.overrides, each.writer_id) for each in experiment.variants
    ]
    assert (clone.release, clone.author) == (experiment.release, team.owner)


def test_a_clone_has_links_of_its_own_to_the_same_places(experiment: Experiment, team: Team):
    add_links(experiment, team.editor, "newsletter, flyer", campaign="spring")
    set_sites(experiment, team.editor, "https://www.example.com")

    clone = clone_experiment(experiment, team.owner)

    said = [
        {(link.source, link.medium, link.campaign) for link in test.tracking_links}
        for test in (experiment, clone)
    ]
    assert said[0] == said[1]
    assert len(said[0]) == 2
    assert not {each.key for each in experiment.tracking_links} & {
        each.key for each in clone.tracking_links
    }
    assert {each.person for each in clone.tracking_links} == {team.owner}
    assert clone.form_sites == ["https://www.example.com"]


def test_what_was_sealed_and_done_stays_behind(experiment: Experiment, team: Team):
    experiment.sealed, experiment.seal, experiment.identity_key = "{}", "5ea1", b"k" * 32
    experiment.state, experiment.started_at = "ended", experiment.created_at
    experiment.checked_digest, experiment.afterwards, experiment.attempt = "c", "closed", 3
    experiment.assignment_salt = "5a17"
    db.session.commit()
    clone = clone_experiment(experiment, team.owner)

    assert clone.state == "draft"
    assert (clone.sealed, clone.seal, clone.identity_key, clone.started_at) == ("", "", None, None)
    assert (clone.checked_digest, clone.afterwards, clone.attempt) == ("", "", 2)
    assert (clone.steps, clone.assignment_salt) == ([], "")


def test_the_last_day_moves_to_the_same_length_from_today(
    experiment: Experiment, team: Team, now: HandClock
):
    now.turn(days=100)

    # From 1 to 29 March it was; a hundred days later it is 9 June.
    assert clone_experiment(experiment, team.owner).rule["ends_on"] == "2027-07-07"


def test_a_clone_keeps_the_crowds_that_are_still_to_come(
    experiment: Experiment, team: Team, now: HandClock
):
    later = replace(
        MEETUP,
        name="Fair",
        from_at=MEETUP.from_at + timedelta(days=9),
        until_at=MEETUP.until_at + timedelta(days=9),
    )
    experiment.rule = rules.to_json(make_rule(crowds=(MEETUP, later)))
    db.session.commit()
    now.turn(days=15)

    clone = clone_experiment(experiment, team.owner)

    assert [crowd["name"] for crowd in clone.rule["crowds"]] == ["Fair"]


@pytest.mark.parametrize(
    ("ends_on", "began", "moved"),
    [
        (date(2027, 3, 3), date(2027, 3, 1), date(2028, 1, 8)),
        (date(2027, 3, 1), date(2027, 3, 9), date(2028, 1, 8)),
        (date(2029, 3, 1), date(2027, 3, 1), date(2029, 1, 1)),
    ],
)
def test_a_clone_is_never_too_short_nor_too_long(ends_on: date, began: date, moved: date):
    assert moved_end(make_rule(ends_on=ends_on), began, date(2028, 1, 1)) == moved


def test_a_clone_is_made_of_the_newest_approved_revision(experiment: Experiment, team: Team):
    release = experiment.revision.release
    newer = make_revision(team.editor, release=release, headline="Six dinners from home")
    make_approval(newer, team.approver)
    make_revision(team.editor, release=release, headline="Seven dinners, unread")

    assert clone_experiment(experiment, team.owner).revision == newer


def test_two_clicks_are_one_clone_and_a_changed_one_is_left_alone(
    experiment: Experiment, team: Team
):
    first, second = (clone_experiment(experiment, team.owner) for _ in range(2))
    change_options(first, team.editor, Options())
    third = clone_experiment(experiment, team.owner)

    assert first == second
    assert third not in (first, experiment)


def test_a_clone_in_another_language_does_not_take_the_words(experiment: Experiment, team: Team):
    newer = make_revision(team.editor, release=experiment.revision.release, language="de")
    make_old_approval(newer, team.approver)

    first, second = (clone_experiment(experiment, team.owner) for _ in range(2))

    assert (first.revision, first.wording) == (newer, {})
    assert first == second


@pytest.mark.usefixtures("no_token_needed")
def test_an_editor_clones_a_viewer_does_not_and_a_look_never_does(
    client: FlaskClient, experiment: Experiment, team: Team, stranger: Person
):
    path = f"/experiments/{experiment.id}/clone"
    statuses = [client.post(path).status_code]
    for person in (team.viewer, stranger, team.editor):
        log_in(client, person)
        statuses += [client.get(path).status_code, client.post(path).status_code]

    assert statuses == [303, 405, 403, 405, 404, 405, 303]


def test_a_clone_needs_the_token_of_the_page(owner: FlaskClient, experiment: Experiment):
    assert owner.post(f"/experiments/{experiment.id}/clone").status_code == 400


def test_the_button_says_first_what_a_further_attempt_costs(
    owner: FlaskClient, revision: Revision, team: Team
):
    draft = make_experiment(revision, team.editor)
    before = owner.get(f"/experiments/{draft.id}").text
    running = start(make_checked(draft, team.editor), team.approver)

    said = owner.get(f"/experiments/{running.id}").text

    assert "What test 2 of this idea costs" not in before
    assert "What test 2 of this idea costs. The chance that any of the 2 tests says" in said
    assert "left out as returning" in said
