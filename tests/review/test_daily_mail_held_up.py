"""A mail of the day that could not leave: its reader may still know all that it tells."""

from dataclasses import replace

import pytest

from tests.conftest import HandClock
from tests.factories import PASSWORD, Team, make_approval, make_revision
from tests.review.reviewing import mails
from tests.review.test_daily_mail import look
from wbtest.config import Settings
from wbtest.delivery.sending import claim_mail
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team.account import daily
from wbtest.team.account.models import DailyMail
from wbtest.team.deleting import delete_workspace
from wbtest.team.members import remove
from wbtest.team.models import Membership


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, mail_url="smtp://127.0.0.1:1")


@pytest.fixture
def elsewhere(team: Team, strangers: Team, now: HandClock) -> Membership:
    """A place in a second workspace, and one mail that tells of both."""
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
    make_revision(team.editor)
    look(leaves=False)
    [mail] = mails()
    assert "Kiln" in mail.body
    return place


def test_it_tells_nothing_of_a_workspace_that_its_reader_left(
    elsewhere: Membership, strangers: Team
):
    remove(elsewhere, strangers.owner)

    assert claim_mail() is None

    assert [mail.body.split("\n")[0] for mail in look()] == [
        "Approve or send back revision 1 of Larder"
    ]


def test_it_tells_nothing_of_a_workspace_that_was_deleted(elsewhere: Membership, strangers: Team):
    gone = strangers.workspace
    delete_workspace(gone, strangers.owner, name=gone.name, password=PASSWORD)

    assert mails() == []
    assert [mail.body.split("\n")[0] for mail in look()] == [
        "Approve or send back revision 1 of Larder"
    ]


def test_the_next_mail_replaces_it_and_tells_what_is_left(team: Team, now: HandClock):
    daily.stop(team.owner)
    done = make_revision(team.editor)
    make_revision(team.editor, product="Kiln")
    look(leaves=False)
    make_approval(done, team.owner)
    now.turn(days=1)

    look(leaves=False)

    [mail] = mails()
    assert mail.subject == "One thing needs you: Approve or send back revision 1 of Kiln"


def test_what_needs_nobody_any_more_is_forgotten(team: Team, now: HandClock):
    daily.stop(team.owner)
    revision = make_revision(team.editor)
    look()
    make_approval(revision, team.owner)
    now.turn(days=1)

    assert look() == []

    told = db.session.get_one(DailyMail, team.approver.id).told
    assert told[str(team.workspace.id)]["things"] == {}
