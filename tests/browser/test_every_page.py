"""Every page there is, in a real browser: nothing breaks, nothing is hidden, nobody else is asked.

An owner follows every link, a visitor goes every way. A new page that neither of them finds fails.
"""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.audience.larder import mails
from tests.browser.conftest import WAYS, Live
from tests.browser.reader import Reader, pages
from tests.browser.typist import Typist
from tests.browser.ways import (
    MIA,
    answer_mail,
    guess_too_often,
    open_invitation,
    open_shared,
    open_try,
    open_ways_in,
    sign_up,
)
from tests.factories import (
    make_approval,
    make_experiment,
    make_person,
    make_release,
    make_revision,
    make_running,
)
from tests.network import cut_off
from tests.results.crowd import count_days, count_machines
from tests.review.reading_room import give, read
from tests.steps.browser import let_in, log_in
from wbtest.decisions.checklist import save_checklist
from wbtest.decisions.decide import decide
from wbtest.decisions.learning_cards import save_card
from wbtest.delivery.webhooks import KINDS
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.review.approvals import stop_release
from wbtest.review.comments import write_comment
from wbtest.review.readings import finish
from wbtest.review.review_requests import ask_for_review, make_link
from wbtest.review.reviewers import seat_by_link, seat_of
from wbtest.team import access
from wbtest.team.delivery_settings import add_webhook
from wbtest.team.models import Person
from wbtest.team.settings import make_setup_link
from wbtest.writing.models import Revision

pytestmark = pytest.mark.browser
WEEK = 7
STATUSES = {"/p/rests": 503, "/p/over": 410, "/p/decided": 410}
NOTHING = (
    "/nowhere",
    "/p/draft",
    "/p/nowhere",
    "/setup/spent",
    "/leave/over",
    "/confirm/over",
    "/shared/over",
    "/invitation/over",
)
VARIANTS = ("From your kitchen", "Half the waste")


@pytest.fixture
def editor(owner: Person) -> Person:
    """Who writes; the owner approves and starts."""
    return make_person("grace@example.com", "editor")


@pytest.fixture
def approved(editor: Person, owner: Person) -> Revision:
    """A full release, approved, and edited again since."""
    revision = make_revision(editor)
    make_approval(revision, owner)
    return revision


@pytest.fixture
def filled(live: Live, approved: Revision, editor: Person, owner: Person) -> None:
    """A release of each kind, and an experiment in each state of its life."""
    make_release(editor, form="short", headline="Soup from what is left", faq=())
    short = make_revision(editor, form="short", headline="Lunch for two", solution="", faq=())
    make_approval(short, owner)
    make_experiment(approved, editor, slug="draft", variants=VARIANTS)
    running = make_running(approved, editor, owner, slug="runs", variants=VARIANTS, asks_name=True)
    crowd(running)
    sign_up(live, "runs")
    decided = make_running(approved, editor, owner, slug="decided", variants=VARIANTS)
    crowd(decided)
    live.now.turn(days=WEEK + 1)
    lifecycle.end(decided, owner)
    decide(decided, owner, "go", "The kitchen headline reaches the target.")
    save_card(decided, editor, "Nobody asked about the price.", "Ask ten of them.", 0)
    save_checklist(decided, {}, ["Loyalty points"])
    rests = make_running(short, editor, owner, slug="rests")
    lifecycle.pause(rests, owner)
    lifecycle.end(make_running(short, editor, owner, slug="over"), owner)
    newest = make_revision(editor, release=approved.release, headline="Six dinners at home")
    review(newest, editor, owner)
    stop_release(make_revision(editor, product="Kiln"), owner, "Nobody fires at night.", 8)
    add_webhook("https://hooks.example/larder", KINDS)


def review(revision: Revision, editor: Person, owner: Person) -> None:
    """A review with answers of both, a comment and a guess."""
    ask_for_review(revision, editor, members=[owner.id])
    give(revision, editor)
    read(revision, owner)
    write_comment(seat_of(revision, owner), "headline", "", "Six?", "Five dinners")


def crowd(experiment: Experiment) -> None:
    """A week of visitors, of whom the second variant's sign up most often."""
    for variant, converted in zip(experiment.variants, (5, 14, 9), strict=True):
        count_days(experiment, range(WEEK), variant.key, seen=110, converted=converted, served=126)
    count_machines(experiment, 311)


BAD = """<!DOCTYPE html><title>Bad</title><h1 style="color: red">Bad</h1>
<img src="https://elsewhere.example/pixel.png"><a href="/nowhere">On</a>
<p>Two variants · one ended</p>"""


def test_a_bad_page_would_be_found(live: Live, app: Flask, stranger: Page) -> None:
    app.add_url_rule("/bad", "bad", access.public(lambda: BAD))
    reader = Reader(stranger, live)

    reader.walk("/bad")

    found = "\n".join(reader.faults)
    for fault in (
        "style-src",
        "asked another host",
        "image-alt",
        "/nowhere, which gave 404",
    ):
        assert fault in found
    assert pages(app, "public") - reader.endpoints >= {"team.login"}


def test_an_owner_can_open_every_page_of_a_team_and_use_it_by_keyboard(
    live: Live, filled: None, page: Page, owner: Person
) -> None:
    typist = Typist(page, live, STATUSES)

    with cut_off() as asked:
        # By hand, so that there is a device to see, and a line about it in the audit log.
        log_in(page, live.url, owner.email)
        typist.walk()
        # It comes by itself where the password is asked for again, and nowhere else.
        typist.open("/account/prove")

    assert (typist.faults, asked) == ([], [])
    assert pages(live.app, "team") - typist.endpoints == set()


def test_a_guest_can_open_every_page_behind_a_link(
    live: Live, stranger: Page, approved: Revision, editor: Person
) -> None:
    # Before there is any revision, a link says that its text is still to come.
    _, early = make_link(make_release(editor), editor, "Noor")
    reviewer, token = make_link(approved.release, editor, "Mei")
    reader = Reader(stranger, live)
    reader.open(f"/review/{early}")
    seat = seat_by_link(approved, reviewer)

    reader.walk(f"/review/{token}/1")
    give(approved, seat)
    finish(seat)
    reader.walk(f"/review/{token}/1")

    assert reader.faults == []
    assert pages(live.app, "guest") - reader.endpoints == set()


def test_an_owner_can_open_every_page_of_an_empty_team(live: Live, logged_in: Page) -> None:
    reader = Reader(logged_in, live)
    # In the dark and on a narrow screen axe sees these pages when there is something on them.
    reader.ways = WAYS[:1]

    reader.walk()

    assert reader.faults == []
    assert {"ideas.ideas", "team.people"} <= reader.endpoints


def test_somebody_whose_role_is_too_low_is_told_so(
    live: Live, filled: None, page: Page, owner: Person
) -> None:
    viewer = make_person("vic@example.com", "viewer")
    let_in(page.context, live.url, viewer)
    reader = Reader(page, live, {"/experiments/1/signups": 403})

    reader.open("/experiments/1/signups")

    assert reader.faults == []
    expect(page.get_by_role("heading", level=1)).to_have_text("Your role does not allow this")


def test_a_visitor_can_open_every_public_page(
    live: Live, stranger: Page, request: pytest.FixtureRequest
) -> None:
    reader = Reader(stranger, live, STATUSES | dict.fromkeys(NOTHING, 404))
    reader.open("/")
    reader.open(f"/setup/{make_setup_link()}")
    request.getfixturevalue("filled")
    owner = request.getfixturevalue("owner")

    reader.walk()
    reader.walk("/p/runs")
    # Nobody is led to the description of the API but who makes programs.
    for path in (*STATUSES, *NOTHING, "/p/runs/thanks", "/p/runs/asked", "/api/docs"):
        reader.open(path)
    open_try(reader)
    # The link of the first mail is over by now; a second one comes a day later.
    sign_up(live, "runs")
    mail = mails(live.app, MIA)[-1]
    reader.walk(urlsplit(mail.leave_url).path.replace("leave", "mine"))
    answer_mail(reader, urlsplit(mail.leave_url).path)
    open_shared(reader, owner)
    open_invitation(reader, owner)
    open_ways_in(reader, owner)
    guess_too_often(reader, owner)

    assert reader.faults == []
    assert pages(live.app, "public") - reader.endpoints == set()
