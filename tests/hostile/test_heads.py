"""What a public page says to search engines and to others who show it, when its texts are hostile.

There is no feed and nothing to embed; the sitemap holds addresses alone.
"""

import json
import re
from typing import Any

import pytest
from flask import Flask
from lxml import html

from tests.audience.larder import DOCUMENT, Visitor, draft_page
from tests.audience.test_pictures import open_page
from tests.hostile.payloads import PAYLOADS
from tests.hostile.sinks import faults_in_page
from tests.publishing.test_images import picture
from wbtest.audience.page_renderer import ASK_FOR_TYPEFACE
from wbtest.publishing.images import add_image, picture_of
from wbtest.publishing.page_design import Look
from wbtest.publishing.page_settings import change_look
from wbtest.store import writing
from wbtest.team.models import TeamSettings

pytestmark = pytest.mark.one_database
ENDS = (
    "</script><script>alert(1)</script>",
    "<!--<script>alert(1)//",
    "Six\u2028alert(1)\u2029//",
    '"}</script><meta http-equiv=refresh content="0;url=//evil.example">',
    "&quot;&lt;/script&gt;",
    "\\u003c/script\\u003e",
)
# The longest that a product, and all others may be.
LABEL, LINE = 80, 300
ONE_LINE = [each.text for each in PAYLOADS if not set("\r\n{}") & set(each.text)]
SHARP = [*ENDS, *(" ".join(ONE_LINE[first::8])[:LINE].strip() for first in range(8))]


def product_of(sharp: str) -> str:
    return sharp[:LABEL].strip(" ")


def page_of(app: Flask, sharp: str, slug: str = "larder") -> html.HtmlElement:
    """The page of a test in which everything that a head may tell is this text."""
    faq = [{**each, "question": sharp, "answer": sharp} for each in DOCUMENT["faq"]]
    texts = {"headline": sharp, "subheading": sharp, "product": product_of(sharp)}
    larder = draft_page(slug=slug, **texts, faq=faq)
    hero = picture_of(add_image(larder.editor, picture(size=(64, 64))))
    look = Look(hero=hero.name, hero_alt=sharp)
    change_look(larder.experiment, larder.editor, look)
    with writing() as session:
        session.get_one(TeamSettings, 1).controller = sharp
    open_page(larder)
    page = Visitor(app).get(f"/p/{slug}")
    assert faults_in_page(page.text) == []
    return html.document_fromstring(page.text)


def test_a_head_tells_the_words_of_a_page_letter_by_letter_and_has_no_other_element(
    app: Flask,
) -> None:
    usual = page_of(app, "Six dinners", "plain")

    for number, sharp in enumerate(SHARP):
        opened = page_of(app, sharp, f"sharp-{number}")
        assert_shown_by_others(opened, sharp)
        assert_read_by_search_engines(opened, sharp)
        assert tags_in_head(opened) == tags_in_head(usual)


def tags_in_head(page: html.HtmlElement) -> list[str]:
    """What a head holds, but for the script of a typeface: sharp texts have letters it lacks."""
    return [each.tag for each in page.find("head").iter() if each.text != ASK_FOR_TYPEFACE]


def assert_shown_by_others(opened: html.HtmlElement, sharp: str) -> None:
    """Assert that what others show of a page are its words."""
    metas = opened.xpath("//head/meta[@content]")
    told = {each.get("property") or each.get("name"): each.get("content") for each in metas}
    for name in ("description", "og:title", "og:description"):
        assert told[name] == sharp, name
    # It is kept on one line.
    assert told["og:image:alt"] == " ".join(sharp.splitlines())
    assert told["og:site_name"] == product_of(sharp)


def assert_read_by_search_engines(opened: html.HtmlElement, sharp: str) -> None:
    """Assert that what search engines read is JSON of those very words."""
    [script] = opened.xpath("//script[@type='application/ld+json']")
    about: dict[str, Any] = json.loads(script.text)
    assert not re.search("[<>&'\u2028\u2029]", script.text)
    names = (about["name"], about["description"], about["publisher"]["name"])
    assert names == (sharp, sharp, sharp)
    assert about["about"]["name"] == product_of(sharp)
