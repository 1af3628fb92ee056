"""What stands on the public pages and what never does, and whether search engines may list them."""

import gzip
import json
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.audience.larder import (
    DOCUMENT,
    RULE,
    Visitor,
    mails,
    signups,
    start_page,
    words_in,
)
from tests.factories import Team, make_approval, make_checked, make_experiment, make_revision
from wbtest.audience.page_renderer import consent_words, turn_of
from wbtest.extensions import db
from wbtest.publishing.correction_requests import (
    approve_corrections,
    digest_of,
    digest_of_waiting,
    present_texts,
    submit_corrections,
)
from wbtest.publishing.lifecycle import start
from wbtest.publishing.live_snapshot import load_live
from wbtest.publishing.page_copy import build_copy
from wbtest.publishing.page_options import Options
from wbtest.publishing.page_settings import change_options
from wbtest.publishing.page_strings import strings_for
from wbtest.writing.document import from_json
from wbtest.writing.text_rules import LONGEST_TEXT

LONGEST_PAGE = 14 * 1024
PROSE = (
    "You open the fridge at half past five and see nothing that goes together, so you order in "
    "for the second time this week, and on Sunday the cabbage goes into the bin once more. "
)
SHARP = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    '"><svg onload=alert(1)>',
    "{{7*7}} {%x%} ${7*7} #{7*7} %(x)s {0.__class__} {product}",
    "]]>&lt;b&gt;'",
]
NOINDEX = '<meta name="robots" content="noindex">'


def test_the_page_of_a_full_release_fits_into_one_round_trip(app):
    parts = ("problem", "alternative", "solution", "why_now")
    start_page(**dict.fromkeys(parts, PROSE * 6))

    page = Visitor(app, **{"Accept-Encoding": "gzip"}).get()

    assert len(gzip.decompress(page.data)) > 14_000
    assert len(page.data) <= LONGEST_PAGE


def test_nothing_on_the_page_is_fetched_from_anywhere(mia):
    page = mia.get().text

    sources = re.findall(r'<(?:img|script|link|iframe|source)[^>]*?(?:src|href)="(.*?)"', page)
    # The canonical address is not fetched.
    others = [each for each in sources if not each.startswith("data:")]
    # Nor is the icon, before somebody puts the page on a home screen.
    assert others == ["http://localhost/p/larder", "/p/larder/icon.png"]
    assert "@import" not in page
    assert set(re.findall(r"url\((.{10})", page)) == {"data:font/"}


def test_the_same_words_give_the_same_bytes(app):
    start_page()
    gzipped = {"Accept-Encoding": "gzip"}

    assert len({Visitor(app, **gzipped).get().data for _ in range(5)}) == 1


@pytest.mark.parametrize("sharp", SHARP)
def test_what_the_team_types_is_never_markup_nor_template(app, sharp):
    faq = [
        {**entry, "question": sharp, "answer": sharp} if entry["audience"] == "external" else entry
        for entry in DOCUMENT["faq"]
    ]
    action = {"text": sharp, "label": sharp, "price": sharp}
    quote = {"text": sharp, "speaker": sharp, "role": sharp}
    parts = dict.fromkeys(("headline", "subheading", "problem", "solution", "why_now"), sharp)
    start_page(**parts, product=sharp, call_to_action=action, customer_quote=quote, faq=faq)

    page = Visitor(app).get()

    assert "<svg onload" not in page.text
    # Its typeface, its beacon, and what search engines read.
    assert page.text.count("<script") == 3
    # On its own: the seal in the small print may hold these digits.
    assert not re.search(r"\b49\b", words_in(page))
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)
    assert json.loads(data)["name"] == sharp


@pytest.mark.parametrize("sharp", SHARP)
def test_neither_are_those_words_in_the_pages_around(app, sharp):
    start_page(product=sharp)
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@x.io")

    [mail] = mails(app, "mia@x.io")
    assert mail.subject == " ".join(f"Confirm your email for {sharp}".split())
    for path in ("thanks", "privacy", "object"):
        answer = mia.get(f"/p/larder/{path}")
        assert answer.status_code == 200
        assert "<svg onload" not in answer.text
        assert "<script" not in answer.text


@pytest.mark.parametrize("disclosure", ["before", "after"])
def test_the_words_of_consent_are_those_beside_both_buttons(app, disclosure):
    start_page(rule=replace(RULE, disclosure=disclosure))
    [live] = load_live(db.session)
    words = consent_words(live, live.control, strings_for("en")).partition(" [")[0]
    mia = Visitor(app)
    page = mia.get()
    mia.sign_up(page, "mia@x.io")

    assert words_in(page).count(words) == 2
    assert signups(app)[0].consent == f"{words} [Start with one photo]"


def test_a_page_that_tells_before_the_click_says_so_before_and_after(app, larder, mia):
    page = mia.get()
    mia.sign_up(page, "mia@x.io")

    assert "Larder does not exist yet." in words_in(page)
    assert "Thanks, you’re on the list." in words_in(mia.get("/p/larder/thanks"))


def test_a_page_that_tells_after_the_click_does_so_first_thing(app):
    start_page(rule=replace(RULE, disclosure="after"))
    mia = Visitor(app)

    assert "not exist" not in words_in(mia.get())
    thanks = mia.get("/p/larder/thanks")
    assert "<h1>Before anything else: Larder doesn’t exist yet.</h1>" in thanks.text


def test_a_page_in_german_speaks_german_all_around(app):
    start_page(language="de")
    mia = Visitor(app)
    page = mia.get()
    refused = mia.sign_up(page, "mia")

    assert '<html lang="de"' in page.text
    assert page.headers["Content-Language"] == "de"
    assert "Larder gibt es noch nicht." in words_in(page)
    assert "Die E-Mail-Adresse ist unvollständig." in words_in(refused)
    assert "Danke, Sie stehen auf der Liste." in words_in(mia.get("/p/larder/thanks"))


def test_the_mail_is_in_the_language_of_the_page(app):
    start_page(language="de")
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@x.io")

    [mail] = mails(app, "mia@x.io")
    assert mail.subject == "Bestätigen Sie Ihre E-Mail-Adresse für Larder"
    assert "Larder gibt es noch nicht." in mail.body


def test_a_page_in_arabic_reads_from_right_to_left(app):
    start_page(language="ar")

    page = Visitor(app).get()
    assert re.search(r'<html lang="ar"\s+dir="rtl"', page.text)


def test_a_page_in_a_language_we_do_not_speak_has_english_around_it(app):
    start_page(language="nl")
    mia = Visitor(app)

    assert '<html lang="nl"' in mia.get().text
    thanks = mia.get("/p/larder/thanks")
    assert '<html lang="en"' in thanks.text
    assert thanks.headers["Content-Language"] == "en"


def test_the_privacy_page_names_who_is_responsible_and_how_long(mia):
    words = words_in(mia.get("/p/larder/privacy"))

    assert "This page is the responsibility of Larder Ltd, 1 Mill Lane, Leeds." in words
    assert "hello@example.com" in words
    assert "395 days" in words


def test_very_long_texts_are_shown_whole(app):
    start_page(problem="word " * (LONGEST_TEXT // 5 - 1))

    assert words_in(Visitor(app).get()).count("word ") >= LONGEST_TEXT // 5 - 2


def test_the_record_of_consent_is_of_the_page_that_was_read(app, larder, mia, now):
    experiment = larder.experiment
    before = mia.get()
    now.turn(minutes=2)
    read = digest_of(present_texts(experiment))
    submit_corrections(experiment, larder.editor, {"cta_label": "Start with one phoho"}, read=read)
    approve_corrections(experiment, larder.approver, digest_of_waiting(experiment))
    after = mia.get()
    mia.sign_up(before, "before@example.com")
    mia.sign_up(after, "after@example.com")

    words = {row.email: row.consent.partition("[")[2] for row in signups(app)}
    digests = {row.email: row.page_digest in experiment.sealed for row in signups(app)}
    assert words == {
        "before@example.com": "Start with one photo]",
        "after@example.com": "Start with one phoho]",
    }
    assert digests == {"before@example.com": True, "after@example.com": False}


@pytest.fixture
def pages(team: Team) -> None:
    """Two open pages; /p/hidden is not to be listed."""
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    for slug, options in (("listed", Options()), ("hidden", Options(is_indexed=False))):
        experiment = make_experiment(revision, team.editor, slug=slug)
        change_options(experiment, team.editor, options)
        start(make_checked(experiment, team.editor), team.approver)


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(("slug", "robots"), [("listed", "all"), ("hidden", "noindex")])
def test_a_page_says_whether_it_may_be_listed(slug: str, robots: str, client: FlaskClient):
    answer = client.get(f"/p/{slug}")

    assert answer.status_code == 200
    assert answer.headers.getlist("X-Robots-Tag") == [robots]
    assert (NOINDEX in answer.text) == (robots == "noindex")


@pytest.mark.usefixtures("pages")
def test_the_list_of_pages_leaves_out_what_is_not_to_be_listed(client: FlaskClient):
    sitemap = client.get("/sitemap.xml").text

    assert "/p/listed<" in sitemap
    assert "/p/hidden" not in sitemap


@pytest.mark.parametrize(
    ("difference", "turn"),
    [
        (
            "She keeps a plan on paper. Larder starts from the fridge.",
            "Larder starts from the fridge.",
        ),
        ("Larder starts from the fridge.", ""),
    ],
)
def test_the_last_of_several_sentences_on_what_differs_is_set_apart(difference, turn):
    text = from_json({"product": "Larder", "language": "en", "alternative": difference})

    assert turn_of(build_copy(text)) == turn
