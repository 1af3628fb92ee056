"""From the address to the last answer and out again, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.audience.larder import DOCUMENT, Visitor, mails, signups, start_page
from tests.browser.conftest import Live
from tests.steps.browser import sign_up
from wbtest.extensions import db
from wbtest.publishing.page_options import FollowUpQuestion, Options
from wbtest.writing.models import Candidate

pytestmark = pytest.mark.browser

QUESTIONS = (
    FollowUpQuestion("Who cooks?", ("I do", "We both")),
    FollowUpQuestion("What have you tried?"),
)
CALL = Options(questions=QUESTIONS, asks_for=("call",))
SCANNER = "BarracudaMailScanner/1.0"


def test_everything_works_without_scripts_and_without_cookies(live: Live, plain: Page) -> None:
    start_page(options=CALL)
    plain.goto(f"{live.url}/p/larder")
    plain.context.clear_cookies()
    sign_up(plain, "mia@x.io")
    plain.get_by_label("We both").check()
    plain.get_by_label("What have you tried?").fill("A list on the fridge.")
    plain.get_by_role("button", name="Send").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Can we call you about Larder?")
    plain.get_by_role("button", name="Yes").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Thanks. That helps us decide.")

    [row] = signups(live.app)
    assert (row.visitor, row.call_us is not None) == ("", True)
    assert "A list on the fridge." in row.answers

    scanner = Visitor(live.app, **{"User-Agent": SCANNER})
    [mail] = mails(live.app, "mia@x.io")
    path = mail.leave_url.removeprefix(live.url).replace("/leave/", "/confirm/")
    for _ in range(5):
        assert scanner.get(path).status_code == 200
    live.now.turn(minutes=1)
    plain.goto(live.url + path)
    live.now.turn(seconds=3)
    plain.get_by_role("button", name="Confirm").click()
    expect(plain.get_by_text("Thanks, your email is confirmed.")).to_be_visible()
    assert [row.is_automated for row in signups(live.app)] == [False]

    plain.goto(mail.leave_url.replace("/leave/", "/mine/"))
    expect(plain.get_by_text("A list on the fridge.")).to_be_visible()
    plain.get_by_role("link", name="Delete my email").click()
    plain.get_by_role("button", name="Delete my email").click()
    expect(plain.get_by_text("Your email is deleted.")).to_be_visible()
    assert [(row.email, row.answers) for row in signups(live.app)] == [("", "")]


def test_a_browser_with_scripts_that_opens_the_link_confirms_nothing(
    live: Live, stranger: Page
) -> None:
    start_page()
    somebody = Visitor(live.app)
    somebody.sign_up(somebody.get(), "mia@x.io")
    [mail] = mails(live.app, "mia@x.io")
    asked: list[str] = []
    stranger.on("request", lambda request: asked.append(request.method))

    for _ in range(5):
        stranger.goto(mail.leave_url.replace("/leave/", "/confirm/"))
    stranger.wait_for_load_state("networkidle")

    expect(stranger.get_by_role("button", name="Confirm")).to_be_visible()
    assert set(asked) == {"GET"}
    assert [row.confirmed_us for row in signups(live.app)] == [None]


def test_a_visitor_asks_something_and_the_page_stays_calm(live: Live, plain: Page) -> None:
    start_page()
    plain.goto(f"{live.url}/p/larder")
    plain.get_by_label("Missing something? Ask us.").fill("Does it know allergies?")
    plain.get_by_role("button", name="Ask").click()

    expect(plain.get_by_role("heading", level=1)).to_have_text("Thanks, we got your question.")
    assert db.session.scalars(db.select(Candidate.question)).all() == ["Does it know allergies?"]


def test_in_arabic_everything_runs_from_right_to_left(live: Live, plain: Page) -> None:
    start_page(options=CALL, language="ar")
    plain.goto(f"{live.url}/p/larder")
    plain.get_by_label("بريدك الإلكتروني").first.fill("mia@x.io")
    plain.get_by_role("button", name=str(DOCUMENT["call_to_action"]["label"])).first.click()

    expect(plain.locator("html")).to_have_attribute("dir", "rtl")
    expect(plain.get_by_role("heading", level=2)).to_have_text("هل يمكننا أن نسألك بعض الأسئلة؟")
    plain.get_by_role("button", name="إرسال").click()
    plain.get_by_role("link", name="تخطٍّ").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("شكرًا لك. هذا يساعدنا على أن نقرر.")
    assert len(signups(live.app)) == 1


def test_axe_finds_nothing_on_the_pages_after_the_sign_up(live, page, check_accessible) -> None:
    start_page(options=CALL, asks_name=True)
    somebody = Visitor(live.app)
    questions = somebody.sign_up(somebody.get(), "mia@x.io", name="Mia").headers["Location"]
    [mail] = mails(live.app, "mia@x.io")
    last = questions.replace("step=questions", "step=last")
    mine = mail.leave_url.removeprefix(live.url).replace("/leave/", "/mine/")

    for path in (questions, last, mine, "/p/larder/asked", "/p/larder"):
        page.goto(live.url + path)
        check_accessible(page)
