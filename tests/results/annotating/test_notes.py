"""What the team noted, with the steps of the test, in the order in which it happened."""

from datetime import timedelta

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_experiment
from tests.results.conftest import Start
from wbtest.publishing.models import Experiment
from wbtest.publishing.running import life
from wbtest.results.annotating.models import Annotation
from wbtest.results.annotating.notes import (
    MOST_NOTES,
    NotTheWriter,
    add_note,
    delete_note,
    notes_of,
)
from wbtest.results.figures import NotStarted
from wbtest.store import Gone, Invalid, writing
from wbtest.team.audit.log import Wanted, lines_of


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    return begin()


def test_notes_and_steps_stand_in_the_order_of_time(experiment, team: Team, now: HandClock):
    start = now()
    now.turn(hours=5)
    add_note(experiment, team.editor, now() - timedelta(hours=2), " A post\nwent up ", "T.co")
    life.pause(experiment, team.approver, "The server moves")
    now.turn(hours=1)
    life.resume(experiment, team.approver)
    now.turn(hours=1)
    life.end(experiment, team.approver, "")

    assert [(note.at, note.text, note.source, note.who) for note in notes_of(experiment)] == [
        (start, "The test started", "", ""),
        (start + timedelta(hours=3), "A post went up", "x", "Editor"),
        (start + timedelta(hours=5), "Paused: The server moves", "", ""),
        (start + timedelta(hours=6), "Resumed", "", ""),
        (start + timedelta(hours=7), "The test ended", "", ""),
    ]


def test_the_same_note_sent_twice_is_one(experiment, team: Team, now: HandClock):
    notes = [add_note(experiment, team.editor, now(), "A post went up") for _ in range(2)]

    assert notes[0] is notes[1]
    assert len(notes_of(experiment)) == 2


@pytest.mark.parametrize(
    ("text", "said"), [(" ", "Say what happened"), ("a" * 201, "200 are the most")]
)
def test_a_text_of_no_use_is_refused(text, said, experiment, team: Team, now: HandClock):
    with pytest.raises(Invalid, match=said):
        add_note(experiment, team.editor, now(), text)


@pytest.mark.parametrize(("hours", "said"), [(1, "still to come"), (-800, "Check the year")])
def test_a_moment_that_cannot_be_is_refused(hours, said, experiment, team: Team, now: HandClock):
    with pytest.raises(Invalid, match=said):
        add_note(experiment, team.editor, now() + timedelta(hours=hours), "A post went up")


def test_so_many_notes_fit_on_a_test(experiment, team: Team, now: HandClock):
    parts = {"experiment_id": experiment.id, "at": now(), "person_id": team.editor.id}
    with writing() as session:
        for number in range(MOST_NOTES):
            session.add(Annotation(**parts, key=f"{number}", text="A post", written_at=now()))

    with pytest.raises(Invalid, match="200 notes fit"):
        add_note(experiment, team.editor, now(), "One more")


def test_a_draft_has_no_notes(revision, team: Team, now: HandClock):
    with pytest.raises(NotStarted):
        add_note(make_experiment(revision, team.editor), team.editor, now(), "A post went up")


def test_only_its_writer_or_an_owner_deletes_a_note(experiment, team: Team, now: HandClock):
    note = add_note(experiment, team.editor, now(), "A post went up")
    key = note.key

    with pytest.raises(NotTheWriter):
        delete_note(experiment, team.approver, key, is_owner=False)
    delete_note(experiment, team.owner, key, is_owner=True)
    with pytest.raises(Gone):
        delete_note(experiment, team.editor, key, is_owner=False)

    assert [note.text for note in notes_of(experiment)] == ["The test started"]


def test_what_was_deleted_stays_in_the_audit_log(experiment, team: Team, now: HandClock):
    note = add_note(experiment, team.editor, now(), "A post went up")
    delete_note(experiment, team.editor, note.key, is_owner=False)

    line, *_ = lines_of(team.workspace.id, Wanted())
    assert (line.action, line.about) == ("note.deleted", "/p/larder: A post went up")
