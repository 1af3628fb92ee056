"""The same in one moment, from four browsers: one acts, the others find it done."""

import pytest
from flask import Flask

from tests.factories import Team
from tests.results.learning.conftest import RISK
from tests.review.test_at_once import at_once
from wbtest.decisions.learning_cards import mark, marks_of, save_card, saves_of
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.team.models import Person

pytestmark = pytest.mark.every_database


def test_a_card_and_a_mark_are_stored_once(over: Experiment, app: Flask, team: Team):
    key, editor = over.id, team.editor.id
    db.session.rollback()

    def act() -> None:
        test, person = db.session.get_one(Experiment, key), db.session.get_one(Person, editor)
        save_card(test, person, "Fridays.", "Ask ten.", 0)
        mark(test, person, RISK, "confirmed", "The camera failed twice.", 0)

    assert at_once(app, act) == []
    assert (len(saves_of(over)), len(marks_of(over))) == (1, 1)
