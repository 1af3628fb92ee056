"""Comments in a real browser: by keyboard alone, into the draft with one click, for every eye."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.desk import stored
from tests.factories import make_person, make_revision
from tests.review.reading_room import read, room_of
from wbtest.extensions import db
from wbtest.review.comments import write_comment
from wbtest.review.models import Comment
from wbtest.review.reviewers import seat_of
from wbtest.team.models import Person
from wbtest.writing.models import Revision

pytestmark = pytest.mark.browser
SELECTED = "getSelection().toString().trim()"
PROBLEM = "🥕 Amira opens the fridge.\n\nThe 🥬 cabbage goes in the bin."


@pytest.fixture
def revision(owner: Person) -> Revision:
    """What the owner has read, with a suggestion of a member who has."""
    revision = make_revision(owner, problem=PROBLEM)
    member = make_person("grace@example.com", "viewer")
    for person in (owner, member):
        read(revision, person)
    write_comment(seat_of(revision, member), "problem", "the fridge", "Which?", "her fridge")
    return revision


def test_words_are_chosen_and_commented_on_by_keyboard_alone(
    logged_in: Page, live: Live, revision: Revision
):
    logged_in.goto(f"{live.url}{room_of(revision)}")
    sheet, keys = logged_in.locator(".sheet"), logged_in.keyboard
    sheet.focus()
    for key in [*["ArrowDown"] * 5, "ArrowRight", "Shift+ArrowRight"]:
        keys.press(key)
    chosen = logged_in.evaluate(SELECTED)
    assert "cabbage" in chosen
    expect(logged_in.get_by_role("button", name="Add a comment")).to_be_visible()
    keys.press("Enter")
    keys.press("Escape")
    expect(sheet).to_be_focused()
    keys.press("Enter")
    expect(logged_in.get_by_label("Comment", exact=True)).to_be_focused()
    keys.type("I smiled.")
    for key in ("Tab", "Tab", "Enter"):
        keys.press(key)

    expect(logged_in.locator(".thread:target .meant")).to_have_text(chosen)
    db.session.rollback()
    said = db.session.scalars(db.select(Comment).where(Comment.text == "I smiled.")).one()
    assert PROBLEM[said.start : said.end] == chosen


def test_a_suggestion_goes_into_the_draft(logged_in: Page, live: Live, revision: Revision):
    logged_in.goto(f"{live.url}/releases/{revision.release_id}/revisions/1")

    logged_in.get_by_text("Reply or resolve").click()
    logged_in.get_by_role("button", name="Add to draft").click()

    expect(logged_in.get_by_text("Suggestion added to the draft.")).to_be_visible()
    expect(logged_in.get_by_text("No open comments on this revision.")).to_be_visible()
    assert stored(revision.release).problem == PROBLEM.replace("the fridge", "her fridge")


def test_the_review_and_a_refused_comment_are_accessible(
    logged_in: Page, live: Live, revision: Revision, check_accessible: Callable[[Page], None]
):
    logged_in.goto(f"{live.url}/releases/{revision.release_id}/revisions/1")
    check_accessible(logged_in)
    logged_in.goto(f"{live.url}{room_of(revision)}")

    logged_in.locator("summary", has_text="Add a comment").click()
    quote = logged_in.get_by_placeholder("Copied from the text")
    quote.fill("the moon")
    logged_in.get_by_role("button", name="Add comment").click()

    summary = logged_in.get_by_role("alert").filter(has_text="1 field needs attention")
    expect(summary).to_contain_text("aren’t in the release")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    summary.get_by_role("link", name="Quote").click()
    expect(quote).to_be_focused()
    expect(quote).to_have_value("the moon")
    check_accessible(logged_in)
