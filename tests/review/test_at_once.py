"""Two clicks in the same moment: one acts, the other finds it done."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from tests.factories import Team, make_revision
from tests.review.reading_room import guest_of
from wbtest.extensions import db
from wbtest.review import readings
from wbtest.review.approvers import needs_of, set_needs
from wbtest.review.models import Reading, Reviewer
from wbtest.review.reviewers import member_reviewer, seat_by_link, seat_of
from wbtest.team.models import Person
from wbtest.writing.models import Revision

pytestmark = pytest.mark.every_database


def at_once(app: Flask, act: Callable[[], object]) -> list[Exception]:
    """What went wrong when four do the same in one moment."""
    gate, faults = threading.Barrier(4), []

    def run() -> None:
        with app.app_context():
            gate.wait()
            try:
                act()
            except Exception as fault:
                faults.append(fault)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def test_a_guest_who_clicks_twice_begins_one_reading(app: Flask, team: Team) -> None:
    revision = make_revision(team.editor)
    guest = guest_of(revision, team.editor)[0].reviewer
    assert guest is not None
    key, link = revision.id, guest.id
    db.session.rollback()

    def begin() -> None:
        seat = seat_by_link(db.session.get_one(Revision, key), db.session.get_one(Reviewer, link))
        readings.begin(seat, is_new=True)

    assert at_once(app, begin) == []
    assert db.session.scalar(db.select(db.func.count(Reading.id))) == 1


def test_a_member_who_was_asked_and_clicks_twice_begins_one_reading(app: Flask, team: Team) -> None:
    revision = make_revision(team.editor)
    member_reviewer(revision.release, team.viewer)
    key, person = revision.id, team.viewer.id
    db.session.rollback()

    def begin() -> None:
        seat = seat_of(db.session.get_one(Revision, key), db.session.get_one(Person, person))
        readings.begin(seat, is_new=True)

    assert at_once(app, begin) == []
    assert db.session.scalar(db.select(db.func.count(Reading.id))) == 1


def test_the_needs_of_the_team_are_saved_twice_without_a_fault(app: Flask, team: Team) -> None:
    db.session.rollback()

    assert at_once(app, lambda: set_needs(2, [])) == []
    assert needs_of().approvals == 2
