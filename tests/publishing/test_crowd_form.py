"""The rows of the rule's form in which crowds are announced, without a script."""

import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import HandClock
from tests.publishing.filling import errors_of, field_of, new_path, send, send_rule
from tests.publishing.test_rule_form import newest
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")


def row(place: int = 0, **changes: str) -> dict[str, str]:
    """What a browser sends of one crowd."""
    typed = {
        "name": "Meetup",
        "from_at": "2027-03-12T19:00",
        "until_at": "2027-03-13T00:30",
        "people": "150",
        "networks": "1",
    }
    return {f"crowds-{place}-{name}": value for name, value in (typed | changes).items()}


def rows_of(page: str) -> list[str]:
    """The names in the rows of a page."""
    return [field_of(page, name) for name in re.findall(r'name="(crowds-\d+-name)"', page)]


def is_open(page: str) -> bool:
    return 'id="crowds" open' in page


def announce(owner: FlaskClient, revision: Revision, *names: str) -> Experiment:
    """A draft of a test on days of Berlin that announces crowds of these names."""
    typed: dict[str, str] = {}
    for place, name in enumerate(names):
        typed |= row(place, name=name)
    assert send(owner, new_path(revision), time_zone="Europe/Berlin", **typed).status_code == 303
    experiment = newest()
    assert experiment is not None
    return experiment


def test_a_crowd_is_announced_in_the_local_time_of_the_test(owner: FlaskClient, revision: Revision):
    experiment = announce(owner, revision, "Meetup")

    assert experiment.rule["crowds"] == [
        {
            "name": "Meetup",
            "from": "2027-03-12T18:00:00+00:00",
            "until": "2027-03-12T23:30:00+00:00",
            "people": 150,
            "networks": 1,
        }
    ]


def test_an_announced_crowd_is_shown_again_as_it_was_typed(owner: FlaskClient, revision: Revision):
    experiment = announce(owner, revision, "Meetup")

    page = owner.get(f"/experiments/{experiment.id}").text

    assert is_open(page)
    assert {name: field_of(page, name) for name in row()} == row()


def test_a_rule_without_crowds_shows_one_blank_row_folded_away(owner, revision):
    page = owner.get(new_path(revision)).text

    assert (rows_of(page), is_open(page)) == ([""], False)
    assert field_of(page, "crowds-0-networks") == "1"


def test_a_blank_row_is_no_crowd(owner, revision):
    send(owner, new_path(revision), **row(0), **dict.fromkeys(row(1), ""))

    assert len(newest().rule["crowds"]) == 1


def test_a_row_is_added_below_what_was_typed_and_nothing_is_stored(owner, revision):
    answer = send(owner, new_path(revision), work_out="crowd", **row())

    assert answer.status_code == 200
    assert (rows_of(answer.text), is_open(answer.text)) == (["Meetup", ""], True)
    assert f'formaction="{new_path(revision)}#crowds-2"' in answer.text
    assert newest() is None


def test_five_rows_have_no_room_for_another(owner, revision):
    typed = {name: value for place in range(5) for name, value in row(place).items()}

    answer = send(owner, new_path(revision), work_out="crowd", **typed)

    assert len(rows_of(answer.text)) == 5
    assert 'value="crowd"' not in answer.text


def test_a_row_is_removed_and_the_others_keep_what_was_typed(owner, revision):
    experiment = announce(owner, revision, "Meetup", "Fair", "Class 7b")

    page = send_rule(owner, experiment, work_out="crowds-1").text

    assert rows_of(page) == ["Meetup", "Class 7b"]
    assert field_of(page, "crowds-1-until_at") == "2027-03-13T00:30"


def test_removed_crowds_are_no_part_of_the_rule_any_more(owner, revision):
    experiment = announce(owner, revision, "Meetup")

    send_rule(owner, experiment, **dict.fromkeys(row(), ""))

    db.session.refresh(experiment)
    assert "crowds" not in experiment.rule


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "Give this crowd a name"),
        ({"name": "\u200b"}, "name", "Give this crowd a name"),
        ({"from_at": ""}, "from_at", "Enter a day and a time"),
        ({"from_at": "tonight"}, "from_at", "Enter a day and a time"),
        ({"from_at": "0001-01-01T00:00"}, "from_at", "from 2000 to 2199"),
        ({"until_at": "2027-03-12T19:00"}, "until_at", "must end after it starts"),
        ({"until_at": "2027-03-14T19:01"}, "until_at", "At most 48 hours"),
        (
            {"from_at": "2027-02-12T19:00", "until_at": "2027-02-12T20:00"},
            "until_at",
            "over before the test starts",
        ),
        ({"from_at": "2027-03-29T19:00", "until_at": "2027-03-30T20:00"}, "until_at", "test ends"),
        ({"people": ""}, "people", "Fill this in."),
        ({"people": "many"}, "people", "Enter a whole number."),
        ({"people": "0"}, "people", "1 to 10,000"),
        ({"networks": "6"}, "networks", "1 to 5"),
    ],
)
def test_what_is_no_crowd_is_named_at_its_field_and_kept(changes, field, words, owner, revision):
    # The blank row above counts as none, so the crowd is the first of the rule.
    typed = dict.fromkeys(row(0), "") | row(1, **changes)

    answer = send(owner, new_path(revision), **typed)

    assert answer.status_code == 422
    assert words in errors_of(answer.text)[f"crowds-1-{field}"]
    assert '<a href="#crowds">Crowds</a>: fix the marked fields' in answer.text
    assert is_open(answer.text)
    assert field_of(answer.text, f"crowds-1-{field}") == row(**changes)[f"crowds-0-{field}"]
    assert newest() is None


def test_a_browser_lets_a_blank_row_pass(owner, revision):
    page = owner.get(new_path(revision)).text

    assert not re.search(r'<input[^>]* name="crowds-[^>]*required', page)
    assert not re.search(r'<input[^>]*required[^>]* name="crowds-', page)


def test_a_sixth_crowd_that_is_sent_is_refused(owner, revision):
    typed = {
        name: value
        for place in range(6)
        for name, value in row(place, name=f"Class {place}").items()
    }

    answer = send(owner, new_path(revision), **typed)

    assert answer.status_code == 422
    assert "Announce at most 5 crowds." in answer.text


def test_the_hour_that_summer_time_skips_is_no_part_of_the_48(owner, revision):
    # In Berlin summer time begins on 28 March: these are 48 hours, though 49 on the wall.
    typed = row(from_at="2027-03-27T00:00", until_at="2027-03-29T01:00")

    answer = send(owner, new_path(revision), time_zone="Europe/Berlin", **typed)

    assert answer.status_code == 303


def test_the_page_of_a_test_names_its_crowds_as_they_are_sealed(owner, revision, now: HandClock):
    experiment = announce(owner, revision, "Meetup <b>")

    page = owner.get(f"/experiments/{experiment.id}").text

    assert (
        "Meetup &lt;b&gt;: up to 150 people from one network, 12 March 2027, 19:00 to "
        "13 March 2027, 00:30" in page
    )
