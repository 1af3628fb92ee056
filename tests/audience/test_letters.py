"""The mail to a new address, as text and as HTML: the same words, no picture, nothing of others."""

import re

from tests.audience.larder import Visitor, mails, start_page

SHARP = "<img src=x onerror=alert(1)> & {7*7} {product}"


def test_the_html_says_what_the_text_says_and_fetches_nothing(app, mia):
    mia.sign_up(mia.get(), "mia@x.io")
    [mail] = mails(app, "mia@x.io")
    links = re.findall(r'href="([^"]+)"', mail.html)

    assert links == re.findall(r"http://\S+/(?:confirm|leave|mine)/\S+", mail.body)
    assert not re.search(r"<(img|link|script|style|iframe)|src=|url\(|@import", mail.html)
    assert mail.workspace_id is not None


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
