"""From the decision to the mail: the loop is closed by hand, in a real browser."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.audience.addresses import leave_addresses
from tests.browser.conftest import Live
from tests.factories import (
    make_approval,
    make_decision,
    make_person,
    make_revision,
    make_running,
)
from tests.results.crowd import count_day
from wbtest.audience.outcome_mail import queue_outcome_mails
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.team.models import Person, TeamSettings

pytestmark = pytest.mark.browser


@pytest.fixture
def decided(live: Live, owner: Person) -> None:
    """A test that is over and decided, with two people who wait to hear."""
    db.session.scalars(db.select(TeamSettings)).one()
    editor = make_person("grace@example.com", "editor")
    revision = make_revision(editor)
    make_approval(revision, owner)
    experiment = make_running(revision, editor, owner)
    count_day(experiment, 0, "control", seen=90, converted=9)
    leave_addresses(experiment, 2)
    live.now.turn(days=9)
    lifecycle.end(experiment, owner)
    mei = make_person("mei@example.com", "approver")
    make_decision(experiment, owner, mei, "go", "One in ten signed up for it.")


def test_the_team_decides_and_everybody_who_signed_up_hears(
    live: Live, logged_in: Page, decided: None, check_accessible
) -> None:
    page = logged_in
    page.goto(f"{live.url}/experiments/1/decision")
    expect(page.get_by_label("Message")).to_be_visible()
    check_accessible(page)
    page.get_by_label("Message").fill("We build it. It comes in May.")
    page.get_by_text("The email as they’ll get it").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".mail")).to_contain_text("It comes in May.")
    page.get_by_label("I’ve read the email").check()
    page.get_by_role("button", name="Send to 2 people").click()
    expect(page.get_by_text("Emails were queued for 0 of 2 people.")).to_be_visible()

    queue_outcome_mails(live.now())
    page.reload()

    expect(page.get_by_text("Emails were queued for all 2 people.")).to_be_visible()
    check_accessible(page)
    letters = sa.select(OutboxMail.recipient).where(OutboxMail.leave_url != "")
    assert sorted(db.session.scalars(letters)) == ["p0@x.io", "p1@x.io"]
