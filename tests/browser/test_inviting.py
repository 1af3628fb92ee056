"""Asking somebody in, joining, another role and going elsewhere, in two real browsers."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.factories import make_person
from wbtest.config import Settings
from wbtest.extensions import db
from wbtest.team.models import Person, TeamSettings

pytestmark = pytest.mark.browser


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Without a mail server, so the page shows the link."""
    return replace(settings, mail_url="")


@pytest.fixture
def member(owner: Person) -> Person:
    """Cleo, who reads."""
    db.session.scalars(db.select(TeamSettings)).one()
    return make_person("cleo@example.com", "viewer")


def test_somebody_is_asked_in_and_joins(
    live: Live, logged_in: Page, stranger: Page, check_accessible: Callable[[Page], None]
) -> None:
    logged_in.goto(f"{live.url}/settings")
    logged_in.get_by_label("Their email").fill("bea@example.com")
    logged_in.get_by_label("Their role").select_option("viewer")
    logged_in.get_by_role("button", name="Create invite").click()
    link = logged_in.get_by_label("Invite link for bea@example.com").input_value()
    check_accessible(logged_in)

    stranger.goto(link)
    check_accessible(stranger)
    stranger.get_by_label("Your name").fill("Bea")
    stranger.get_by_label("Password").fill("three quiet words")
    stranger.get_by_role("button", name="Join Larder").click()

    expect(stranger.get_by_text("Bea", exact=True)).to_be_visible()


def test_a_role_is_changed_in_a_dialog(
    live: Live, logged_in: Page, member: Person, check_accessible: Callable[[Page], None]
) -> None:
    logged_in.goto(f"{live.url}/settings")
    row = logged_in.get_by_role("listitem").filter(has_text="cleo@example.com")
    row.get_by_role("button", name="Change role").click()
    check_accessible(logged_in)
    row.get_by_role("combobox", name="Role of Cleo").select_option("approver")
    row.get_by_role("button", name="Change role", exact=True).click()

    expect(logged_in.get_by_text("Cleo’s role changed to approver.")).to_be_visible()
