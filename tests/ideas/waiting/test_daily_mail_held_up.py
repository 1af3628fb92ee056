"""A mail of the day that could not leave: its reader may still know all that it tells."""

from dataclasses import replace

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_approval, make_revision
from tests.ideas.waiting.test_daily_mail import look
from tests.review.reviewing import mails
from wbtest.config import Settings
from wbtest.extensions import db
from wbtest.team import mail_preferences
from wbtest.team.models import DailyMail


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, mail_url="smtp://127.0.0.1:1")


def test_the_next_mail_replaces_it_and_tells_what_is_left(team: Team, now: HandClock):
    mail_preferences.stop_daily_mail(team.owner)
    done = make_revision(team.editor)
    make_revision(team.editor, product="Kiln")
    look(leaves=False)
    make_approval(done, team.owner)
    now.turn(days=1)

    look(leaves=False)

    [mail] = mails()
    assert mail.subject == "One thing needs you: Approve or reject revision 1 of Kiln"


def test_what_needs_nobody_any_more_is_forgotten(team: Team, now: HandClock):
    mail_preferences.stop_daily_mail(team.owner)
    revision = make_revision(team.editor)
    look()
    make_approval(revision, team.owner)
    now.turn(days=1)

    assert look() == []

    told = db.session.get_one(DailyMail, team.approver.id).told
    assert told["things"] == {}
