"""Four people, each in a browser of their own, from the first draft to the approval of the third.

Grace writes, Jonas and Ada approve, Jonas reviews as a member, Mei by a link. What they say to each
other begins with ``zq``, and none of it may reach the page that strangers see.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.audience.larder import Visitor
from tests.browser.conftest import PATIENCE, Live
from tests.browser.desk import saved, stored
from tests.factories import LARDER, make_person, make_release, make_running
from tests.steps.browser import let_in
from wbtest.extensions import db
from wbtest.team.models import Person, TeamSettings
from wbtest.writing.models import Release

pytestmark = pytest.mark.browser
WEAK = "Some evenings she finds rice.\n\nOn Sunday the cabbage goes in the bin."
People = dict[str, Page]


@pytest.fixture
def prepared() -> None:
    """Nobody is there before the owner: the team is one of this file."""


@pytest.fixture
def team(owner: Person) -> dict[str, Person]:
    """Who has a log-in."""
    db.session.scalars(db.select(TeamSettings)).one()
    return {
        "ada": owner,
        "grace": make_person("grace@example.com", "editor"),
        "jonas": make_person("jonas@example.com", "approver"),
    }


@pytest.fixture
def people(live: Live, browser: Browser, team: dict[str, Person]) -> Iterator[People]:
    """A browser for each; Mei's knows nobody."""
    found: People = {}
    for name in (*team, "mei"):
        context = browser.new_context()
        if name in team:
            let_in(context, live.url, team[name])
        found[name] = context.new_page()
        found[name].set_default_timeout(PATIENCE)
    yield found
    for page in found.values():
        page.context.close()


@pytest.fixture
def release(team: dict[str, Person]) -> Release:
    return make_release(team["grace"])


def freeze(page: Page, live: Live, release: Release, number: int) -> None:
    page.goto(f"{live.url}/releases/{release.id}")
    page.get_by_role("button", name=f"Create revision {number}").click()
    page.wait_for_url(f"**/revisions/{number}")


def ask(page: Page, whom: str = "") -> None:
    """Put the revision that is open up for review."""
    show_side(page)
    page.get_by_text("Invite reviewers…").click()
    if whom:
        page.get_by_label(whom).check()
    page.get_by_role("button", name="Send invites").click()
    expect(page.get_by_role("status")).to_be_visible()


def show_side(page: Page) -> None:
    """A phone shows the text or the review."""
    switch = page.get_by_label("Text or review").get_by_role("link").last
    if switch.is_visible():
        switch.click()


def make_link(page: Page, name: str) -> str:
    """Make a link on the page that is open, and return its address."""
    show_side(page)
    page.get_by_text("Invite reviewers…").click()
    page.get_by_label("Guest", exact=True).fill(name)
    page.get_by_role("button", name="Create guest link").click()
    return page.get_by_label(f"Link for {name}").input_value()


def answer(page: Page, url: str, function: str, customer: str) -> None:
    """Answer alone, with the customer as this reader sees them."""
    page.goto(url)
    page.get_by_label("Your role").select_option(function)
    page.get_by_label("Who exactly is the customer?").fill(customer)
    page.get_by_label("What problem do they have").fill("Cabbage in the bin.")
    page.get_by_label("Why would they choose this").fill("It begins at home.")
    page.get_by_role("button", name="Save answers and read").click()
    expect(page.get_by_role("heading", name="Read in silence")).to_be_visible()


def comment(page: Page, words: str, text: str, instead: str = "") -> None:
    show_side(page)
    page.get_by_label("About").select_option(label="Problem")
    page.get_by_label("Quote").fill(words)
    page.get_by_label("Comment", exact=True).fill(text)
    if instead:
        page.get_by_text("Suggest a change").click()
        page.get_by_label("Suggested text").fill(instead)
    page.get_by_role("button", name="Add comment").click()
    expect(page.get_by_text(text)).to_be_visible()


def judge(page: Page, verdict: str, reason: str = "") -> None:
    page.get_by_role("button", name="Continue").click()
    page.get_by_label(verdict, exact=True).check()
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Submit review").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def approve(page: Page, live: Live, release: Release, number: int) -> None:
    page.goto(f"{live.url}/releases/{release.id}/revisions/{number}")
    page.get_by_role("button", name=f"Approve revision {number}").click()
    expect(page.get_by_text(f"Revision {number} approved.")).to_be_visible()


def test_four_people_bring_a_release_from_first_draft_to_approval(
    app: Flask, live: Live, people: People, team: dict[str, Person], release: Release
) -> None:
    ada, grace, jonas, mei = (people[name] for name in ("ada", "grace", "jonas", "mei"))
    text = f"{live.url}/releases/{release.id}/revisions/%s"
    room = f"{text}/review"

    # The first draft has a word that leaves things open.
    grace.goto(f"{live.url}/releases/{release.id}")
    grace.get_by_label("Problem", exact=True).fill(WEAK)
    saved(grace)
    freeze(grace, live, release, 1)
    ask(grace, "Jonas")
    link = make_link(grace, "Mei")

    # Nobody sees what another answered before they have answered too.
    answer(grace, room % 1, "product", "zqgrace parents who cook")
    answer(mei, link, "design", "zqmei people who like recipes")
    jonas.goto(text % 1)
    expect(jonas.get_by_text("zqmei")).to_have_count(0)
    answer(jonas, room % 1, "finance", "zqjonas families who save")
    comment(mei, "goes in the bin", "zqcomment who throws it?", "Amira throws away")
    expect(jonas.get_by_text("zqcomment")).to_have_count(0)
    judge(mei, "Another draft", "zqverdict show one evening")
    judge(jonas, "Another draft", "zqreason where do the figures come from?")
    expect(jonas.get_by_text("zqcomment").first).to_be_visible()

    # The author sees the answers side by side, and that they are not one customer yet.
    grace.goto(text % 1)
    expect(grace.get_by_text("zqmei people who like recipes")).to_be_visible()
    for number in range(2):
        grace.get_by_role("button", name="different").nth(number).click()
    expect(
        grace.get_by_text("Answers about draft 1 described three different customers")
    ).to_be_visible()

    # She takes Mei's words over with one click, while Ada changes the headline at her desk.
    ada.goto(f"{live.url}/releases/{release.id}")
    grace.goto(text % 1)
    thread = grace.locator(".thread", has_text="zqcomment")
    thread.get_by_text("Reply or resolve").click()
    thread.get_by_role("button", name="Add to draft").click()
    expect(grace.get_by_text("Suggestion added to the draft.")).to_be_visible()
    grace.goto(f"{live.url}/releases/{release.id}")
    ada.get_by_label("Headline").fill("Five dinners from your own kitchen")
    saved_with_others(ada)

    # Grace has not seen that: both texts stand side by side, and she chooses Ada's.
    grace.get_by_label("Headline").fill("Five dinners, and nothing in the bin")
    conflict = grace.get_by_role("region", name="Two versions of the same text")
    expect(conflict).to_contain_text("Five dinners from your own kitchen")
    conflict.get_by_role("button", name="Use theirs").click()
    conflict.get_by_role("button", name="Save this version").click()
    saved(grace)

    # The weak word stays for a reason, and Jonas approves what Grace and Ada wrote.
    grace.goto(f"{live.url}/releases/{release.id}/preview")
    finding = grace.locator(".finding", has_text="is vague").first
    finding.get_by_text("Keep it anyway").click()
    finding.get_by_label("Reason").fill("zqwaiver nobody counts rice")
    finding.get_by_role("button", name="Save reason").click()
    freeze(grace, live, release, 2)
    ask(grace)
    answer(mei, link, "design", "zqagain parents who cook")
    judge(mei, "Approve")
    ada.goto(f"{live.url}/releases/{release.id}/revisions/2")
    expect(ada.get_by_text("Changes since revision 1")).to_be_visible()
    expect(ada.get_by_role("region", name="Reviewers")).to_contain_text("Mei")
    ada.get_by_role("link", name="Coach").click()
    expect(ada.get_by_text("zqwaiver")).to_be_visible()
    approve(jonas, live, release, 2)

    # One more word, and the approval lapses; the third revision needs its own.
    grace.goto(f"{live.url}/releases/{release.id}")
    grace.get_by_label("Why now").fill("Since 2026 a phone recognises food all by itself.")
    saved(grace)
    grace.goto(f"{live.url}/releases/{release.id}")
    expect(grace.get_by_text("The text changed since its approval")).to_be_visible()
    freeze(grace, live, release, 3)
    approve(ada, live, release, 3)

    db.session.rollback()
    assert stored(release) == replace(
        LARDER,
        headline="Five dinners from your own kitchen",
        problem=WEAK.replace("goes in the bin", "Amira throws away"),
        why_now="Since 2026 a phone recognises food all by itself.",
    )
    make_running(release.revisions[-1], team["grace"], team["ada"], slug="larder")
    # A typeface may be spelt with any letters.
    page = re.sub("<style>.*?</style>", "", Visitor(app).get("/p/larder").text, flags=re.DOTALL)
    assert "Five dinners from your own kitchen" in page
    assert "zq" not in page
    assert "Mei" not in page


def saved_with_others(page: Page) -> None:
    """Wait until the desk has saved, and says that others wrote here too."""
    expect(page.locator("[data-status]")).to_contain_text("with changes by Grace")


def test_a_review_is_done_on_a_phone_too(
    live: Live,
    people: People,
    release: Release,
    check_accessible: Callable[[Page], None],
) -> None:
    grace, mei = people["grace"], people["mei"]
    for page in (grace, mei):
        page.set_viewport_size({"width": 390, "height": 800})
    freeze(grace, live, release, 1)
    ask(grace)
    link = make_link(grace, "Mei")

    answer(mei, link, "design", "Parents.")
    comment(mei, "cabbage", "zqcomment")
    judge(mei, "Approve")

    check_accessible(mei)
    grace.goto(f"{live.url}/releases/{release.id}/revisions/1")
    check_accessible(grace)
