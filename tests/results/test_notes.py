"""Notes of what happened, and their numbers on a chart."""

import doctest
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_experiment
from tests.results.conftest import Start
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.results import notes
from wbtest.results import notes as charted
from wbtest.results.chart_style import WORDS_HEIGHT
from wbtest.results.figures import NotStarted
from wbtest.results.notes import Note, NotTheWriter, add_note, delete_note, notes_of, numbered
from wbtest.store import Gone, Invalid
from wbtest.team.audit import AuditFilter, list_lines

DAY = date(2027, 3, 1)


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    return begin()


def test_notes_and_steps_are_in_the_order_of_time(experiment, team: Team, now: HandClock):
    now.turn(hours=26)
    add_note(experiment, team.editor, DAY, " A post\nwent up ")
    lifecycle.pause(experiment, team.approver, "The server moves")
    now.turn(hours=1)
    lifecycle.resume(experiment, team.approver)
    now.turn(hours=24)
    lifecycle.end(experiment, team.approver, "")

    day = timedelta(days=1)
    assert [(note.day, note.text, note.who, note.number) for note in notes_of(experiment)] == [
        (DAY, "The test started", "", 0),
        (DAY, "A post went up", "Editor", 1),
        (DAY + day, "Paused: The server moves", "", 2),
        (DAY + day, "Resumed", "", 3),
        (DAY + 2 * day, "The test ended", "", 4),
    ]


def test_a_note_is_drawn_at_noon_of_its_day_where_the_test_is(begin, team: Team, now: HandClock):
    experiment = begin(time_zone="Asia/Kathmandu")
    now.turn(days=1)
    add_note(experiment, team.editor, DAY, "A post went up")

    [note] = [note for note in notes_of(experiment) if note.key]
    assert f"{note.at:%Y-%m-%d %H:%M}" == "2027-03-01 06:15"


@pytest.mark.parametrize(
    ("text", "said"), [(" ", "Enter what happened"), ("a" * 201, "Use at most 200")]
)
def test_a_text_of_no_use_is_refused(text, said, experiment, team: Team):
    with pytest.raises(Invalid, match=said):
        add_note(experiment, team.editor, DAY, text)


@pytest.mark.parametrize(
    ("day", "said"), [(date(2027, 3, 2), "hasn’t come yet"), (date.min, "Check the year")]
)
def test_a_day_that_cannot_be_is_refused(day, said, experiment, team: Team):
    with pytest.raises(Invalid, match=said):
        add_note(experiment, team.editor, day, "A post went up")


def test_a_test_holds_so_many_notes(experiment, team: Team, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(notes, "MOST_NOTES", 1)
    add_note(experiment, team.editor, DAY, "A post went up")

    with pytest.raises(Invalid, match="holds 1 notes"):
        add_note(experiment, team.editor, DAY, "One more")


def test_a_draft_has_no_notes(revision, team: Team):
    with pytest.raises(NotStarted):
        add_note(make_experiment(revision, team.editor), team.editor, DAY, "A post went up")


def test_only_its_writer_or_an_owner_deletes_a_note(experiment, team: Team):
    first, second = (add_note(experiment, team.editor, DAY, text).key for text in ("A", "B"))

    with pytest.raises(NotTheWriter):
        delete_note(experiment, team.approver, first, is_owner=False)
    delete_note(experiment, team.owner, first, is_owner=True)
    delete_note(experiment, team.editor, second, is_owner=False)
    with pytest.raises(Gone):
        delete_note(experiment, team.editor, second, is_owner=False)

    assert [note.text for note in notes_of(experiment)] == ["The test started"]


def test_what_was_deleted_stays_in_the_audit_log(experiment, team: Team):
    note = add_note(experiment, team.editor, DAY, "A post went up")
    delete_note(experiment, team.editor, note.key, is_owner=False)

    line, *_ = list_lines(AuditFilter())
    assert (line.action, line.about) == ("note.deleted", "“Larder”, test 1: A post went up")


START = datetime(2027, 3, 1, 9, tzinfo=UTC)
ENDS = START, START + timedelta(days=10)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk " * 2


def happened(at: datetime, text: str, number: int = 0) -> Note:
    return Note(at, at.date(), text, number=number)


def test_every_example_is_true():
    assert doctest.testmod(charted).failed == 0


def test_a_chart_shows_numbers_however_long_the_words_are():
    notes = [happened(START + timedelta(days=day), LONG, day) for day in (1, 4, 9)]
    drawn = numbered([happened(START, "The test started"), *notes], "UTC", ENDS)

    assert [each["text"] for each in drawn.numbers] == ["1", "4", "9"]
    assert [each["x0"] for each in drawn.lines] == [
        f"2027-03-{day}T09:00" for day in ("02", "05", 10)
    ]
    assert drawn.height == WORDS_HEIGHT
    assert [len(words) < len(LONG) for words in drawn.layout["meta"]] == [True] * 3


def test_numbers_that_are_near_each_other_stand_above_each_other_and_many_together():
    notes = [happened(START + timedelta(hours=hour), "Ad", hour) for hour in range(1, 7)]
    drawn = numbered(notes, "UTC", ENDS, above=10)

    assert [(each["text"], each["yshift"]) for each in drawn.numbers] == [
        ("1", 10),
        ("2", 10 + WORDS_HEIGHT),
        ("3–6", 10 + 2 * WORDS_HEIGHT),
    ]
    assert len(drawn.lines) == 6
