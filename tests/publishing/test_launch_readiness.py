"""What a draft must have before it can start: all that is missing is named at once."""

import pytest

from tests.conftest import HandClock
from tests.factories import (
    Team,
    make_approval,
    make_experiment,
    make_old_approval,
    make_revision,
)
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.store import writing
from wbtest.writing import document as documents
from wbtest.writing.document import CallToAction
from wbtest.writing.models import Revision


def missing(experiment: Experiment, team: Team) -> dict[str, str]:
    """What the refused start names, by kind."""
    with pytest.raises(lifecycle.NotReady) as refused:
        lifecycle.start(experiment, team.approver)
    assert experiment.state == "draft"
    return {entry.what: entry.sentence for entry in refused.value.missing}


def test_a_revision_without_approval_does_not_start(team: Team):
    experiment = make_experiment(make_revision(team.editor), team.editor)

    assert missing(experiment, team) == {"approval": "Revision 1 is not approved yet."}


def test_a_text_changed_behind_its_approval_does_not_start(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    with writing():
        revision.document = revision.document | {"headline": "Something nobody has read"}

    assert "not what was approved" in missing(experiment, team)["approval"]


def test_a_revision_changed_with_its_digest_does_not_start(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    with writing():
        revision.document = revision.document | {"headline": "Something nobody has read"}
        revision.digest = documents.digest(documents.from_json(revision.document))

    assert "approval" in missing(experiment, team)


def test_an_approval_has_lapsed_once_a_newer_revision_is_there(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    newer = make_revision(team.editor, release=revision.release, headline="Better")
    make_approval(newer, team.approver)

    assert "revision 2" in missing(experiment, team)["newest"]


def test_a_page_without_a_call_to_action_does_not_start(team: Team):
    revision = make_revision(team.editor, call_to_action=CallToAction())
    make_approval(revision, team.approver)

    assert "no button" in missing(make_experiment(revision, team.editor), team)["text"]


def test_what_the_coach_stops_before_the_start_is_named(team: Team):
    revision = make_revision(team.editor, call_to_action=CallToAction(label="Go"))
    make_approval(revision, team.approver)

    with pytest.raises(lifecycle.NotReady) as refused:
        lifecycle.start(make_experiment(revision, team.editor), team.approver)

    said = [entry.sentence for entry in refused.value.missing]
    assert said == ["The call to action is missing.", "Nothing says what it costs."]


@pytest.mark.parametrize(("part", "words"), [("product", "no name"), ("headline", "no headline")])
def test_a_page_that_does_not_say_what_it_is_does_not_start(team: Team, part: str, words: str):
    first = make_revision(team.editor)
    revision = make_revision(team.editor, release=first.release, **{part: " "})
    make_old_approval(revision, team.approver)

    assert words in missing(make_experiment(revision, team.editor), team)["text"]


def test_a_test_that_cannot_end_in_time_does_not_start(
    revision: Revision, team: Team, now: HandClock
):
    experiment = make_experiment(revision, team.editor)
    now.turn(days=25)

    assert "3 days away" in missing(experiment, team)["end"]


def test_a_page_that_nobody_answers_for_does_not_start(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    with writing():
        team.settings.controller = " "

    assert "responsible" in missing(experiment, team)["controller"]


def test_all_that_is_missing_is_named_at_once(team: Team, now: HandClock):
    experiment = make_experiment(make_revision(team.editor), team.editor)
    now.turn(days=40)
    with writing():
        team.settings.contact_email = ""

    assert set(missing(experiment, team)) == {"approval", "end", "controller"}
