"""The mail to a new address, as text and as HTML: the same words, no picture, nothing of others."""

import re

import pytest

from tests.audience.larder import Visitor, draft_page, mails, start_page
from tests.factories import make_checked
from wbtest.audience.leaving.letters import last_letter
from wbtest.audience.signing.letters import colours_of
from wbtest.publishing import lifecycle
from wbtest.publishing.page_design import ENOUGH_CONTRAST, PLAIN, THEMES, Look, contrast_ratio
from wbtest.publishing.page_settings import change_look

SHARP = "<img src=x onerror=alert(1)> & {7*7} {product}"


def test_the_html_says_what_the_text_says_and_fetches_nothing(app, mia):
    mia.sign_up(mia.get(), "mia@x.io")
    [mail] = mails(app, "mia@x.io")
    links = re.findall(r'href="([^"]+)"', mail.html)

    assert links == re.findall(r"http://\S+/(?:confirm|leave|mine)/\S+", mail.body)
    assert not re.search(r"<(img|link|script|style|iframe)|src=|url\(|@import", mail.html)


def test_what_the_team_typed_is_never_markup_in_a_mail(app):
    start_page(product=SHARP)
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@x.io")
    [mail] = mails(app, "mia@x.io")

    assert "<img" not in mail.html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; {7*7} {product}" in mail.html
    assert SHARP in mail.body


def test_a_mail_in_arabic_runs_from_right_to_left(app):
    start_page(language="ar")
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@x.io")

    assert '<html lang="ar" dir="rtl">' in mails(app, "mia@x.io")[0].html


def test_the_mails_of_a_page_have_its_colour(app):
    larder = draft_page()
    change_look(larder.experiment, larder.editor, Look(accent="#8a1c4a"))
    lifecycle.start(make_checked(larder.experiment, larder.editor), larder.approver)
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@x.io")
    lifecycle.end(larder.experiment, larder.approver)

    assert "background:#8a1c4a;color:#ffffff" in mails(app, "mia@x.io")[0].html
    assert "color:#8a1c4a" in last_letter(larder.experiment, "We build it.")("token").html


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("accent", ["", "#ffd400", "#000000", "#ffffff", "#767676"])
def test_whatever_the_colour_it_can_be_read_in_a_mail(theme, accent):
    colour, text = colours_of(Look(theme=theme, accent=accent))

    assert min(contrast_ratio(colour, "#ffffff"), contrast_ratio(colour, text)) >= ENOUGH_CONTRAST


def test_a_page_without_a_colour_has_the_usual_blue():
    assert colours_of(PLAIN) == ("#1b46c2", "#ffffff")
