"""Saving at the desk: nothing typed is lost when others write too or something fails."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Live
from tests.browser.desk import open_desk, saved, stored, turn_to
from tests.factories import LARDER, make_release
from tests.steps.browser import send_log_in
from wbtest.team.models import Person
from wbtest.writing.document import Question
from wbtest.writing.releases import save_release

pytestmark = pytest.mark.browser


def test_two_texts_stand_side_by_side_until_one_is_chosen(
    logged_in: Page, live: Live, owner: Person
):
    release = make_release(owner)
    open_desk(logged_in, live, release)
    save_release(
        release, replace(LARDER, headline="Theirs", problem="Their problem"), 1, release.author
    )

    logged_in.get_by_label("Headline").fill("Mine")
    conflict = logged_in.get_by_role("region", name="Two versions of the same text")
    expect(conflict).to_contain_text("Mine")
    expect(conflict).to_contain_text("Theirs")
    expect(logged_in.get_by_label("Problem")).to_have_value("Their problem")
    assert stored(release).headline == "Theirs"
    conflict.get_by_role("button", name="Save this version").click()

    saved(logged_in)
    assert stored(release) == replace(LARDER, headline="Mine", problem="Their problem")


def test_two_people_in_different_parts_see_each_other_s_words(
    logged_in: Page, live: Live, owner: Person
):
    release = make_release(owner)
    open_desk(logged_in, live, release)
    more = (*LARDER.faq, Question("internal", "Who else?"))
    save_release(release, replace(LARDER, problem="Their problem", faq=more), 1, release.author)

    logged_in.get_by_label("Headline").fill("Mine")
    expect(logged_in.get_by_label("Problem")).to_have_value("Their problem")
    expect(logged_in.locator("[data-side=internal] [data-question]")).to_have_count(5)
    logged_in.get_by_label("Headline").fill("Mine, longer")
    saved(logged_in)

    assert stored(release) == replace(
        LARDER, headline="Mine, longer", problem="Their problem", faq=more
    )


def test_typing_on_does_not_save_over_a_text_that_nobody_has_compared(
    logged_in: Page, live: Live, owner: Person
):
    release = make_release(owner)
    open_desk(logged_in, live, release)
    save_release(release, replace(LARDER, headline="Theirs"), 1, release.author)
    logged_in.get_by_label("Headline").fill("Mine")
    expect(logged_in.get_by_text("Two versions of the same text")).to_be_visible()

    logged_in.get_by_label("Headline").fill("Mine, longer")
    logged_in.keyboard.press("Control+s")
    logged_in.get_by_role("link", name="Preview").click()

    expect(logged_in.get_by_text("Two versions of the same text")).to_be_visible()
    assert stored(release).headline == "Theirs"


def test_what_is_typed_while_a_save_is_on_its_way_or_lost_is_nobody_elses(
    logged_in: Page, live: Live, owner: Person
):
    release = make_release(owner)
    open_desk(logged_in, live, release, "questions")
    faq = (replace(LARDER.faq[0], answer="Theirs."), *LARDER.faq[1:])
    save_release(release, replace(LARDER, problem="Their problem", faq=faq), 1, release.author)
    answer = logged_in.locator("[name=external-1-answer]")

    def slow(route: Route) -> None:
        reached = route.fetch()
        answer.press_sequentially(" more")
        route.fulfill(response=reached)

    def lost(route: Route) -> None:
        route.fetch()
        answer.press_sequentially(" and more")
        route.abort()

    logged_in.route("**/save", lost, times=1)
    logged_in.route("**/save", slow, times=1)
    answer.fill("Mine")
    expect(logged_in.locator("[data-status]")).to_contain_text("No connection.")
    logged_in.keyboard.type(".")
    saved(logged_in)

    expect(logged_in.get_by_text("Two versions of the same text")).to_have_count(0)
    assert stored(release).faq[:2] == (faq[0], replace(faq[1], answer="Mine more and more."))


def test_freezing_waits_until_a_person_has_chosen_between_two_texts(
    logged_in: Page, live: Live, owner: Person
):
    release = make_release(owner)
    open_desk(logged_in, live, release)
    save_release(release, replace(LARDER, headline="Theirs"), 1, release.author)
    freeze = logged_in.get_by_role("button", name="Create revision 1")

    def slow(route: Route) -> None:
        reached = route.fetch()
        freeze.click(no_wait_after=True)
        route.fulfill(response=reached)

    logged_in.route("**/save", slow, times=1)
    logged_in.get_by_label("Headline").fill("Mine")
    expect(logged_in.get_by_role("region", name="Two versions of the same text")).to_be_focused()
    freeze.click()
    assert stored(release).headline == "Theirs"
    logged_in.get_by_role("button", name="Save this version").click()
    saved(logged_in)
    freeze.click()

    expect(logged_in.get_by_role("article")).to_contain_text("Mine")


@pytest.mark.everyday
def test_text_typed_without_a_connection_is_saved_when_it_is_back(
    logged_in: Page, live: Live, owner: Person
):
    release = make_release(owner)
    open_desk(logged_in, live, release)
    logged_in.context.set_offline(True)

    logged_in.get_by_label("Headline").fill("Typed in a tunnel")
    expect(logged_in.locator("[data-status]")).to_contain_text("No connection.")
    logged_in.context.set_offline(False)

    saved(logged_in)
    assert stored(release).headline == "Typed in a tunnel"


def test_text_typed_after_the_session_ended_is_offered_back_after_log_in(
    logged_in: Page, live: Live, owner: Person
):
    release = make_release(owner)
    open_desk(logged_in, live, release)
    logged_in.context.clear_cookies(name="wb-session")

    logged_in.get_by_label("Headline").fill("Typed too late")
    turn_to(logged_in, "Questions")
    logged_in.get_by_role("button", name="Add a question").first.click()
    logged_in.keyboard.type("And on Sundays?")
    logged_in.locator("[data-status]").get_by_role("link", name="Log in").click()
    send_log_in(logged_in, owner.email)
    expect(logged_in.get_by_label("Headline")).to_have_value(LARDER.headline)
    logged_in.get_by_role("button", name="Restore").click()

    saved(logged_in)
    assert stored(release).headline == "Typed too late"
    assert stored(release).questions("external")[-1].question == "And on Sundays?"


def test_what_the_browser_kept_goes_with_a_log_out(logged_in: Page, live: Live, owner: Person):
    open_desk(logged_in, live, make_release(owner))
    [cookie] = [each for each in logged_in.context.cookies() if each["name"] == "wb-session"]
    logged_in.context.clear_cookies(name="wb-session")
    logged_in.get_by_label("Headline").fill("For nobody else")
    expect(logged_in.locator("[data-status]")).to_contain_text("safe in this browser")
    assert logged_in.evaluate("localStorage.length") == 1

    logged_in.context.add_cookies([cookie])  # type: ignore[list-item]
    logged_in.on("dialog", lambda dialog: dialog.accept())
    logged_in.locator("details.menu > summary").click()
    logged_in.get_by_role("button", name="Log out").click()

    expect(logged_in.get_by_role("heading", level=1)).to_have_text("Log in")
    assert logged_in.evaluate("localStorage.length") == 0


def test_a_page_that_was_open_for_too_long_says_so_and_keeps_the_text(
    logged_in: Page, live: Live, owner: Person
):
    open_desk(logged_in, live, make_release(owner))
    logged_in.context.clear_cookies(name="wb-form")

    logged_in.get_by_label("Headline").fill("Typed after lunch")
    logged_in.locator("[data-status]").get_by_role("link", name="Reload").click()
    logged_in.get_by_role("button", name="Restore").click()

    saved(logged_in)


def test_kept_text_that_is_thrown_away_does_not_come_back(
    logged_in: Page, live: Live, owner: Person
):
    release = make_release(owner)
    open_desk(logged_in, live, release)
    cookies = logged_in.context.cookies()
    logged_in.context.clear_cookies(name="wb-session")
    logged_in.get_by_label("Headline").fill("Not so good")
    logged_in.get_by_role("link", name="Log in").click()
    logged_in.context.add_cookies(cookies)
    open_desk(logged_in, live, release)

    # Who types on first has not answered yet.
    logged_in.get_by_label("Problem").fill("Typed since")
    saved(logged_in)
    logged_in.reload()
    logged_in.get_by_role("button", name="Delete").click()
    logged_in.reload()

    expect(logged_in.get_by_label("Headline")).to_have_value(LARDER.headline)
    expect(logged_in.get_by_text("This browser kept it.")).to_have_count(0)
