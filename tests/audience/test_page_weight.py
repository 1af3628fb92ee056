"""What a page carries beside its words, and what a long one lets go."""

import gzip
import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.audience.larder import Larder, Visitor, draft_page, start_page
from tests.audience.test_pictures import prose
from tests.conftest import Browser
from tests.factories import log_in, make_checked
from wbtest.audience.page_renderer import LARGEST_PAGE, compress
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.display import preview_url
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_design import LAYOUTS, Look
from wbtest.publishing.page_settings import change_look
from wbtest.writing import document as documents

LONG = prose(900)
# Words of its own in one variant alone, of which each fits with a typeface but for one.
VARIANTS = {"long": {"body": LONG}}


# As long as the coach lets a release be without a word: a page and a half, of which each quote has
# 60 words; and an answer of 60 words to each question that customers ask.
LONGEST = {
    "headline": prose(12),
    "subheading": prose(30),
    **{part: prose(128 + n) for n, part in enumerate(("problem", "alternative", "solution"))},
    "why_now": prose(123),
    "company_quote": {"text": prose(60), "speaker": prose(3), "role": prose(5)},
    "customer_quote": {"text": prose(59), "speaker": prose(2), "role": prose(6)},
    "faq": [
        {"audience": "external", "question": prose(10 + n), "answer": prose(55 + n), "topic": topic}
        for n, topic in enumerate(documents.EXTERNAL_TOPICS)
    ],
}


def has_typeface(page: TestResponse) -> bool:
    """Whether the page has a typeface of its own, and lets the browser use it."""
    has_it = "@font-face" in page.text
    assert ("font-src data:" in page.headers["Content-Security-Policy"]) == has_it
    return has_it


@pytest.fixture
def long(app: Flask) -> Larder:
    """A page of which one variant is too long for a typeface."""
    return start_page(variants=VARIANTS)


def test_a_short_page_has_a_typeface_of_its_own(app: Flask) -> None:
    start_page()

    assert has_typeface(Visitor(app).get())


def test_no_variant_has_a_typeface_for_which_another_is_too_long(app: Flask, long: Larder) -> None:
    pages = [Visitor(app).get() for _ in range(12)]

    assert len({LONG[:40] in page.text for page in pages}) == 2
    assert not any(has_typeface(page) for page in pages)


def test_a_page_with_a_refused_form_carries_what_it_carried_before(
    app: Flask, long: Larder
) -> None:
    visitor = Visitor(app)

    again = visitor.sign_up(visitor.get(), "mia@x")

    assert again.status_code == 422
    assert not has_typeface(again)


def test_a_preview_carries_what_the_page_will(app: Flask, client: Browser) -> None:
    found = {}
    for slug, variants in (("short", {}), ("long", VARIANTS)):
        larder = draft_page(slug=slug, variants=variants)
        log_in(client, larder.editor)
        found[slug] = has_typeface(client.get(preview_url(larder.experiment, "control")))

    assert found == {"short": True, "long": False}


def test_a_typeface_and_words_are_packed_apart(app: Flask) -> None:
    start_page()
    page = Visitor(app).get().data

    packed = compress(page)

    assert gzip.decompress(packed) == page
    assert len(packed) < len(gzip.compress(page)) - 400
    assert len(packed) <= LARGEST_PAGE


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_longest_release_fits_into_the_first_round_trips(app: Flask, layout: str) -> None:
    larder = draft_page(asks_name=True, **LONGEST)
    assert documents.length(documents.from_json(larder.experiment.revision.document))[0] > 650
    change_look(larder.experiment, larder.editor, Look(layout=layout))
    lifecycle.start(make_checked(larder.experiment, larder.editor), larder.approver)

    page = Visitor(app, **{"Accept-Encoding": "gzip"}).get()

    assert len(page.data) <= LARGEST_PAGE


def test_the_typeface_is_cut_to_the_letters_of_all_variants(app: Flask) -> None:
    start_page(variants={"czech": {"headline": "Žluťoučký kůň"}})

    styles = {re.findall("<style>.*?</style>", Visitor(app).get().text)[0] for _ in range(12)}

    assert len(styles) == 1
    db.session.rollback()
    assert db.session.scalars(db.select(Experiment)).one().typeface
