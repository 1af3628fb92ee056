"""The page of notes over HTTP: who may see and change it."""

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
def editor(client: Browser, team: Team) -> Browser:
    log_in(client, team.editor)
    return client


def written(experiment: Experiment) -> list[Note]:
    return [note for note in notes_of(experiment) if note.key]


def test_an_editor_adds_a_note_with_its_day(place, experiment, editor: Browser):
    answer = editor.send(place, NOTE)
    page = editor.get(place).text

    assert (answer.status_code, answer.location) == (303, place)
    assert f"{written(experiment)[0].day}" == "2027-03-28"
    assert page.index("28 March 2027") < page.index("A &lt;b&gt;post&lt;/b&gt; went up")
    assert page.index("went up") < page.index("Noted by") < page.index("The test started")


def test_the_form_begins_with_today_where_the_test_is(place, editor: Browser):
    assert 'value="2027-03-29"' in editor.get(place).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day": "28.3."}, "Enter a day like 2027-03-31."),
        ({"day": "9999-12-31"}, "This day is still to come."),
        ({"text": ""}, "Enter what happened"),
    ],
)
def test_what_cannot_be_noted_is_told_at_its_field(place, experiment, editor, change, said):
    answer = editor.send(place, NOTE | change)

    assert answer.status_code == 422
    assert said in answer.text
    assert written(experiment) == []


def test_who_wrote_a_note_deletes_it(place, experiment, editor: Browser):
    editor.send(place, NOTE)
    path = f"{place}/{written(experiment)[0].key}/delete"
    assert path in editor.get(place).text
    editor.send(path)

    assert written(experiment) == []
    assert editor.send(path).status_code == 404


def test_another_editor_is_offered_no_button(place, experiment, team: Team, editor: Browser):
    note = add_note(experiment, team.owner, DAY, "An ad started")
    path = f"{place}/{note.key}/delete"

    assert path not in editor.get(place).text
    assert editor.send(path).status_code == 403


def test_the_tab_over_time_lists_the_notes_and_leads_to_their_page(
    place, experiment, team: Team, editor: Browser
):
    count_day(experiment, 0, seen=30, converted=2)
    add_note(experiment, team.owner, DAY, "An ad started")
    page = editor.get(f"/experiments/{experiment.id}/results/over-time").text

    assert "An ad started" in page
    assert f'href="{place}"' in page


def test_before_the_start_there_is_nothing_to_note(revision, team: Team, editor: Browser):
    place = f"/experiments/{make_experiment(revision, team.editor).id}/notes"

    assert "The test has not started" in editor.get(place).text
    assert editor.send(place, NOTE).status_code == 409
