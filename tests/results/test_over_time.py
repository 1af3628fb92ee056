"""Notes on the page over time: who may see and change them."""

from datetime import date

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day
from wbtest.publishing.models import Experiment
from wbtest.results.notes import Note, add_note, notes_of

NOTE = {"day": "2027-03-28", "text": "A <b>post</b> went up"}
DAY = date(2027, 3, 2)


@pytest.fixture
def experiment(begin: Start, now: HandClock) -> Experiment:
    """A test in Kiritimati, where it is tomorrow already."""
    experiment = begin(time_zone="Pacific/Kiritimati")
    now.turn(days=27, hours=6)
    return experiment


@pytest.fixture
def place(experiment: Experiment) -> str:
    return f"/experiments/{experiment.id}/notes"


@pytest.fixture
def tab(experiment: Experiment) -> str:
    return f"/experiments/{experiment.id}/results/over-time"


@pytest.fixture
def editor(client: Browser, team: Team) -> Browser:
    log_in(client, team.editor)
    return client


def written(experiment: Experiment) -> list[Note]:
    return [note for note in notes_of(experiment) if note.key]


def test_an_editor_adds_a_note_with_its_day(place, tab, experiment, editor: Browser):
    answer = editor.send(place, NOTE)
    shown = editor.get(tab).text

    assert (answer.status_code, answer.location) == (303, f"{tab}#notes")
    assert f"{written(experiment)[0].day}" == "2027-03-28"
    assert shown.index("28 March 2027") < shown.index("A &lt;b&gt;post&lt;/b&gt; went up")
    assert shown.index("went up") < shown.index("The test started")


def test_the_form_begins_with_today_where_the_test_is(tab, editor: Browser):
    assert 'value="2027-03-29"' in editor.get(tab).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day": "28.3."}, "Enter a day like 2027-03-31."),
        ({"day": "9999-12-31"}, "That day hasn’t come yet."),
        ({"text": ""}, "Enter what happened"),
    ],
)
def test_what_cannot_be_noted_is_told_at_its_field(place, experiment, editor, change, said):
    answer = editor.send(place, NOTE | change)

    assert answer.status_code == 422
    assert said in answer.text
    assert written(experiment) == []


def test_who_wrote_a_note_deletes_it(place, tab, experiment, editor: Browser):
    editor.send(place, NOTE)
    path = f"{place}/{written(experiment)[0].key}/delete"
    assert path in editor.get(tab).text
    editor.send(path)

    assert written(experiment) == []
    assert editor.send(path).status_code == 404


def test_another_editor_is_offered_no_button(place, tab, experiment, team, editor: Browser):
    note = add_note(experiment, team.owner, DAY, "An ad started")
    path = f"{place}/{note.key}/delete"

    assert path not in editor.get(tab).text
    assert editor.send(path).status_code == 403


def test_notes_are_listed_below_the_charts(tab, experiment, team: Team, editor: Browser):
    count_day(experiment, 0, seen=30, converted=2)
    add_note(experiment, team.owner, DAY, "An ad started")
    below = editor.get(tab).text.partition('id="happened"')[2]

    assert "An ad started" in below


def test_before_the_start_there_is_nothing_to_note(revision, team: Team, editor: Browser):
    place = f"/experiments/{make_experiment(revision, team.editor).id}"

    assert "No results before the start" in editor.get(f"{place}/results/over-time").text
    assert editor.send(f"{place}/notes", NOTE).status_code == 409
