"""A mail of the day that could not leave for days: its reader may still know all that it tells."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import HandClock
from tests.factories import PASSWORD, Team, make_approval, make_revision
from tests.review.reviewing import mails
from tests.review.test_daily_mail import look
from wbtest.config import Settings
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.sending import claim_mail, settle
from wbtest.extensions import db
from wbtest.review.models import NeedTold
from wbtest.store import writing
from wbtest.team.account import daily
from wbtest.team.deleting import delete_workspace
from wbtest.team.members import remove
from wbtest.team.models import Membership


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, mail_url="smtp://127.0.0.1:1")


@pytest.fixture
def elsewhere(team: Team, strangers: Team, now: HandClock) -> Membership:
    """A place in a second workspace: one mail tells of both, and a later one of the second."""
    for person in (team.approver, strangers.approver, strangers.owner):
        daily.stop(person)
    place = Membership(
        workspace_id=strangers.workspace.id,
        person_id=team.owner.id,
        role="approver",
        created_at=now(),
    )
    with writing() as session:
        session.add(place)
    make_revision(strangers.editor, product="Kiln")
    now.turn(days=3)
    make_revision(team.editor)
    look()
    # Late in the second one alone.
    now.turn(days=4)
    look()
    assert ["Kiln" in mail.body for mail in mails()] == [True, True]
    return place


def test_it_tells_nothing_of_a_workspace_that_its_reader_left(
    elsewhere: Membership, strangers: Team
):
    remove(elsewhere, strangers.owner)

    assert claim_mail() is None

    assert [mail.body.split("\n")[0] for mail in look()] == [
        "Approve or send back revision 1 of Larder"
    ]


def test_it_tells_nothing_of_a_workspace_that_was_deleted(
    elsewhere: Membership, strangers: Team, now: HandClock
):
    gone = strangers.workspace
    delete_workspace(gone, strangers.owner, name=gone.name, password=PASSWORD)

    assert mails() == []
    now.turn(days=1)
    assert [mail.body.split("\n")[0] for mail in look()] == [
        "Approve or send back revision 1 of Larder"
    ]


def test_what_is_over_is_remembered_until_its_mail_has_left(team: Team, now: HandClock):
    daily.stop(team.owner)
    make_approval(make_revision(team.editor), team.owner)
    revision = make_revision(team.editor, product="Kiln")
    look()
    make_approval(revision, team.owner)
    now.turn(days=1)
    look()
    assert len(db.session.scalars(db.select(NeedTold)).all()) == 1

    claim = claim_mail()
    settle(claim, None)
    now.turn(days=1)
    look()

    assert db.session.scalars(db.select(NeedTold)).all() == []


def test_of_who_left_nothing_is_remembered_once_their_mail_has_left(team: Team, now: HandClock):
    daily.stop(team.owner)
    make_revision(team.editor)
    look()
    remove(db.session.get_one(Membership, (team.workspace.id, team.approver.id)), team.owner)
    look()
    assert len(db.session.scalars(db.select(NeedTold)).all()) == 1
    send_all()

    look()

    assert db.session.scalars(db.select(NeedTold)).all() == []


def test_of_what_two_mails_told_that_have_left_the_last_is_remembered(team: Team, now: HandClock):
    daily.stop(team.owner)
    make_revision(team.editor)
    look()
    now.turn(days=7)
    look()
    send_all()
    now.turn(days=1)

    assert look() == []

    [line] = db.session.scalars(db.select(NeedTold)).all()
    assert line.told_at == now() - timedelta(days=1)


def send_all() -> None:
    with writing() as session:
        session.execute(db.update(OutboxMail).values(state="sent"))
