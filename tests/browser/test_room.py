"""The reading room in a real browser: by keyboard alone, and in both schemes and widths."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.factories import make_person, make_revision
from tests.review.reading_room import ANSWERS, give, guest_of, room_of
from wbtest.extensions import db
from wbtest.review import comments, readings
from wbtest.review.alignment import mark
from wbtest.review.approvals import ask_for_another
from wbtest.review.models import Reading
from wbtest.review.reviewers import seat_of
from wbtest.store import writing
from wbtest.team.models import Person, TeamSettings
from wbtest.writing.models import Revision

pytestmark = pytest.mark.browser
LABEL = """() => {
  const here = document.activeElement;
  return here.getAttribute("aria-label") ?? here.labels?.[0]?.innerText ?? here.innerText ?? "";
}"""
MOST_STEPS = 40


@pytest.fixture
def revision(owner: Person) -> Revision:
    return make_revision(owner)


def tab_to(page: Page, label: str) -> None:
    """Press Tab until what has the focus is called ``label``."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate(LABEL).startswith(label):
            return
    raise AssertionError(f"no way to {label!r} by keyboard")


def fill(page: Page, fields: dict[str, str]) -> None:
    """Type into each field, named by how its label begins."""
    for label, text in fields.items():
        tab_to(page, label)
        page.keyboard.insert_text(text)


def press(page: Page, label: str, heading: str) -> None:
    """Press a button, and wait for the step to which it leads."""
    tab_to(page, label)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def test_a_guest_comes_from_the_link_to_the_verdict_by_keyboard_alone(
    live: Live, page: Page, revision: Revision, owner: Person
) -> None:
    page.goto(f"{live.url}{guest_of(revision, owner)[1]}")
    fill(page, {"Your role": ""})
    page.keyboard.type("Finance")
    fill(page, dict(zip(("Who", "What problem", "Why"), ANSWERS.values(), strict=True)))
    press(page, "Save answers and read", "Read in silence")
    press(page, "Continue", "What do you think now?")
    fill(page, {"Approve": ""})
    page.keyboard.press("ArrowDown")
    fill(page, {"Reason": "Say who pays.", "Short questions": ""})
    page.keyboard.press("Enter")
    fill(page, {"Which question": "What if nobody cooks?"})
    # What is typed outlives a look elsewhere.
    page.reload()
    press(page, "Submit review", "Thank you")

    db.session.rollback()
    reading = db.session.scalars(db.select(Reading)).one()
    assert (reading.verdict, reading.verdict_reason) == ("another", "Say who pays.")
    assert reading.closing == {"afraid": "What if nobody cooks?"}


def test_every_step_is_accessible_in_both_schemes_and_widths(
    live: Live,
    logged_in: Page,
    revision: Revision,
    owner: Person,
    check_accessible: Callable[[Page], None],
) -> None:
    db.session.scalars(db.select(TeamSettings)).one()
    other = make_person("priya@example.com", "approver")
    reading = give(revision, other, "finance", customer="Students.")
    comments.write_comment(seat_of(revision, other), "problem", "cabbage", "Why?", "spinach")
    readings.finish(seat_of(revision, other))
    room = f"{live.url}{room_of(revision)}"

    def look(path: str = room) -> None:
        logged_in.goto(path)
        check_accessible(logged_in)

    look()
    look(room.removesuffix("/review"))
    give(revision, owner)
    mark(seat_of(revision, owner), reading.id, "customer", False)
    look()
    look(room.removesuffix("/review"))
    readings.finish(seat_of(revision, owner))
    look()
    readings.conclude(seat_of(revision, owner), {}, "stop", "Nobody pays.", ("8", "5", "12"))
    look()


BROKEN_WORDS = """facts => facts.flatMap((fact) => {
  const text = document.createTreeWalker(fact, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (text.nextNode()) {
    for (const word of text.currentNode.data.matchAll(/[a-z]+/g)) {
      const range = document.createRange();
      range.setStart(text.currentNode, word.index);
      range.setEnd(text.currentNode, word.index + word[0].length);
      if (range.getClientRects().length > 1) broken.push(word[0]);
    }
  }
  return broken;
})"""


@pytest.mark.parametrize("width", [1280, 700, 390])
def test_how_far_a_reader_is_never_breaks_within_a_word(
    logged_in: Page, live: Live, revision: Revision, width: int
):
    reader = make_person("b@larder.example", "approver")
    with writing():
        reader.name = "Bartholomew Featherstonehaugh-Cholmondeley the Younger"
    ask_for_another(revision, reader, "Say who it is for.")
    logged_in.set_viewport_size({"width": width, "height": 900})

    logged_in.goto(f"{live.url}/releases/{revision.release_id}/revisions/1?side=review")
    states = logged_in.get_by_role("region", name="Reviewers").locator("dd")

    expect(states).to_have_text([re.compile("wants another draft")])
    assert states.evaluate_all(BROKEN_WORDS) == []
