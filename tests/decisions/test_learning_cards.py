"""Writing a learning card and marking assumptions: who may when, twice, and two at once."""

import pytest
from flask import Flask

from tests.decisions.conftest import PRICE, RISK, settle
from tests.factories import Team
from tests.review.test_at_once import at_once
from wbtest.decisions.learning_cards import (
    NotOver,
    earlier_marks,
    find_card,
    mark,
    marks_of,
    next_draft,
    save_card,
    saves_of,
    standing_marks,
)
from wbtest.extensions import db
from wbtest.publishing.experiments import EditConflict
from wbtest.publishing.models import Experiment
from wbtest.review.approvals import stop_release
from wbtest.store import Gone, Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Release


def test_each_save_of_a_card_is_kept_with_who_and_when(over: Experiment, team: Team, now):
    save_card(over, team.editor, "Nobody cooks on Fridays.", "Ask five of them.", 0)
    now.turn(hours=1)
    save_card(over, team.owner, "Nobody cooks on Fridays.", "Ask ten of them.", 1)

    assert [(save.person.name, save.next_step) for save in saves_of(over)] == [
        ("Owner", "Ask ten of them."),
        ("Editor", "Ask five of them."),
    ]


def test_a_double_click_saves_a_card_once(over: Experiment, team: Team):
    first, second = (save_card(over, team.editor, "Fridays.", "", 0) for _ in range(2))

    assert (first.version, second.version) == (1, 1)


def test_nobody_replaces_a_card_that_they_have_not_read(over: Experiment, team: Team):
    save_card(over, team.owner, "Fridays.", "", 0)

    with pytest.raises(EditConflict):
        save_card(over, team.editor, "Prices.", "", 0)
    card = find_card(over)
    assert card is not None
    assert card.surprise == "Fridays."


@pytest.mark.parametrize(
    ("surprise", "field"), [("", "surprise"), ("a \x07 bell", "surprise"), ("x" * 4001, "surprise")]
)
def test_a_card_that_says_nothing_is_refused(over: Experiment, team: Team, surprise, field):
    with pytest.raises(Invalid) as refused:
        save_card(over, team.editor, surprise, "", 0)

    assert (refused.value.field, saves_of(over)) == (field, [])


def test_while_a_test_runs_nothing_is_learned(running: Experiment, team: Team):
    with pytest.raises(NotOver):
        save_card(running, team.editor, "Fridays.", "", 0)
    with pytest.raises(NotOver):
        mark(running, team.editor, PRICE, "refuted", "Two paid it.", 0)
    with pytest.raises(NotOver):
        next_draft(running, team.editor)


def test_a_decision_is_enough_to_learn_from(running: Experiment, team: Team):
    settle(running, team, "stop")

    assert save_card(running, team.editor, "Fridays.", "", 0).version == 1


def test_an_assumption_carries_the_last_word_and_keeps_the_others(over: Experiment, team: Team):
    mark(over, team.editor, PRICE, "open", "Three are too few.", 0)
    mark(over, team.owner, PRICE, "refuted", "2 of 41 named £4.", 1)

    standing = {each.key: found for each, found in standing_marks(over)}
    assert (standing[PRICE].state, standing[RISK]) == ("refuted", None)
    assert [found.state for found in earlier_marks(marks_of(over))] == ["open"]


def test_a_double_click_marks_once(over: Experiment, team: Team):
    for _ in range(2):
        mark(over, team.editor, RISK, "confirmed", "The camera failed twice.", 0)

    assert len(marks_of(over)) == 1


def test_two_who_mark_at_once_hear_of_each_other(over: Experiment, team: Team):
    mark(over, team.owner, RISK, "confirmed", "The camera failed twice.", 0)

    with pytest.raises(EditConflict, match="Owner marked it confirmed after you opened this page"):
        mark(over, team.editor, RISK, "refuted", "It never failed.", 0)
    assert mark(over, team.editor, RISK, "refuted", "It never failed.", 1).number == 2


@pytest.mark.parametrize(
    ("state", "why", "field"), [("maybe", "So so.", "state"), ("open", "  ", "why")]
)
def test_a_mark_without_a_state_or_a_reason_is_refused(over, team: Team, state, why, field):
    with pytest.raises(Invalid) as refused:
        mark(over, team.editor, PRICE, state, why, 0)

    assert refused.value.field == field


def test_what_the_text_does_not_assume_cannot_be_marked(over: Experiment, team: Team):
    with pytest.raises(Gone):
        mark(over, team.editor, "0" * 16, "open", "Why not.", 0)


def test_the_next_draft_is_the_release_itself(over: Experiment, team: Team):
    assert next_draft(over, team.editor).id == over.revision.release_id


def test_a_release_stopped_on_paper_goes_on_as_one_copy(over: Experiment, team: Team):
    stop_release(over.revision, team.approver, "Nobody wants to pay.")

    first, second = (next_draft(over, team.editor) for _ in range(2))

    assert first.id == second.id
    assert first.copied_from_id == over.revision.release_id
    assert db.session.scalar(db.select(db.func.count(Release.id))) == 2


@pytest.mark.every_database
def test_a_card_and_a_mark_are_stored_once(over: Experiment, app: Flask, team: Team):
    key, editor = over.id, team.editor.id
    db.session.rollback()

    def act() -> None:
        test, person = db.session.get_one(Experiment, key), db.session.get_one(Person, editor)
        save_card(test, person, "Fridays.", "Ask ten.", 0)
        mark(test, person, RISK, "confirmed", "The camera failed twice.", 0)

    assert at_once(app, act) == []
    assert (len(saves_of(over)), len(marks_of(over))) == (1, 1)
