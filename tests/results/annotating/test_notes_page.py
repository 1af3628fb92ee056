"""The page of notes over HTTP: who may see and change it, by the clock of the test's place."""

from datetime import UTC, datetime

import pytest
from flask import current_app, render_template

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_experiment
from tests.results.conftest import Start
from tests.statements import counted
from wbtest.publishing.models import Experiment
from wbtest.results.annotating.notes import Note, add_note, notes_of
from wbtest.results.annotating.showing import notes_part

NOTE = {"day": "2027-03-28", "time": "02:10", "text": "A <b>post</b> went up", "source": "X.com"}


@pytest.fixture
def experiment(begin: Start, now: HandClock) -> Experiment:
    """A test in London, on the day after clocks were put forward."""
    experiment = begin(time_zone="Europe/London")
    now.turn(days=28)
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


def test_every_member_reads_it_and_nobody_else(place, team: Team, strangers: Team, client: Browser):
    assert client.get(place).location.startswith("/login")
    for person, status in ((team.viewer, 200), (team.editor, 200), (strangers.owner, 404)):
        log_in(client, person)
        assert client.get(place).status_code == status


def test_only_who_may_edit_notes_something(
    place, experiment, team: Team, strangers: Team, client: Browser
):
    assert client.send(place, NOTE).location.startswith("/login")
    for person, status in ((team.viewer, 403), (strangers.owner, 404)):
        log_in(client, person)
        assert client.send(place, NOTE).status_code == status
        assert client.send(f"{place}/some-key/delete").status_code == status
    assert written(experiment) == []


def test_without_a_token_nothing_is_noted(place, experiment, editor: Browser):
    assert editor.post(place, data=NOTE).status_code == 400
    assert written(experiment) == []


def test_a_note_is_read_by_the_clock_of_the_place(place, experiment, editor: Browser):
    answer = editor.send(place, NOTE)
    page = editor.get(place).text

    assert (answer.status_code, answer.location) == (303, place)
    [note] = written(experiment)
    assert (note.at, note.source) == (datetime(2027, 3, 28, 1, 10, tzinfo=UTC), "x")
    assert page.index("28 March 2027, 02:10") < page.index("A &lt;b&gt;post&lt;/b&gt; went up")
    assert page.index("went up") < page.index("Noted by Editor") < page.index("The test started")


def test_the_form_begins_with_the_time_of_now(place, editor: Browser):
    page = editor.get(place).text

    assert 'value="2027-03-29"' in page
    assert 'value="10:00"' in page


WRONG = {
    "Did you mean 02:30?": {"time": "01:30"},
    "Choose a time, like 14:05.": {"time": "noon"},
    "Choose a day, like 2027-03-31.": {"day": "28.3."},
    "Check the year.": {"day": "0001-01-01", "time": "00:00"},
    "This is still to come.": {"day": "9999-12-31"},
    "Say what happened": {"text": ""},
}


def test_what_cannot_be_noted_is_told_at_its_field(place, experiment, editor: Browser):
    for said, change in WRONG.items():
        answer = editor.send(place, NOTE | change)
        assert answer.status_code == 422
        assert said in answer.text
        assert "X.com" in answer.text
    assert written(experiment) == []


def test_a_time_that_came_twice_is_asked_once_more(begin, now, team: Team, client: Browser):
    experiment = begin(time_zone="Australia/Lord_Howe")
    now.turn(days=40)
    log_in(client, team.editor)
    place, twice = f"/experiments/{experiment.id}/notes", {"day": "2027-04-04", "time": "01:45"}
    asked = client.send(place, NOTE | twice)
    client.send(place, NOTE | twice | {"fold": "1"})

    assert asked.status_code == 422
    assert "showed 01:45 twice" in asked.text
    assert "The second time" in asked.text
    assert "4 April 2027, 01:45 (the second time)" in client.get(place).text


def test_who_wrote_a_note_takes_it_back(place, experiment, editor: Browser):
    editor.send(place, NOTE)
    [note] = written(experiment)
    path = f"{place}/{note.key}/delete"
    assert path in editor.get(place).text
    editor.send(path)

    assert "The note is deleted." in editor.get(place).text
    assert editor.send(path).status_code == 404


def test_another_editor_is_offered_no_button(place, experiment, team: Team, now, client: Browser):
    note = add_note(experiment, team.owner, now(), "An ad started")
    path = f"{place}/{note.key}/delete"
    log_in(client, team.editor)

    assert path not in client.get(place).text
    assert client.send(path).status_code == 403
    log_in(client, team.owner)
    assert client.send(path).status_code == 303


def test_the_tab_over_time_is_given_the_list_and_a_way_on(place, experiment, team: Team, now):
    add_note(experiment, team.owner, now(), "An ad started", "x")
    with current_app.test_request_context():
        page = current_app.jinja_env.get_template("macros/page.html").module
        part = render_template("results/annotating/_part.html", page=page, **notes_part(experiment))

    assert part.index("29 March 2027, 10:00") < part.index("An ad started")
    assert f'href="{place}"' in part


def test_before_the_start_there_is_nothing_to_note(revision, team: Team, editor: Browser):
    draft = make_experiment(revision, team.editor)
    place = f"/experiments/{draft.id}/notes"

    assert "The test has not started" in editor.get(place).text
    assert editor.send(place, NOTE).status_code == 409


def test_the_page_asks_the_database_no_more_often_for_more_notes(
    place, experiment, team: Team, now, editor: Browser
):
    add_note(experiment, team.editor, now(), "A post went up")
    with counted() as few:
        editor.get(place)
    for person in (team.owner, team.approver):
        add_note(experiment, person, now(), f"A post of {person.name}")
    with counted() as many:
        editor.get(place)

    assert len(many) <= len(few)
