"""What the HTML of a mail to a visitor says and shows, made of its text when it's sent."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from io import BytesIO
from random import Random

from flask import Flask
from PIL import Image

from tests.audience.addresses import leave_addresses
from tests.audience.larder import Larder, Visitor, draft_page, mails, start_page
from tests.factories import make_checked
from tests.publishing.test_images import picture
from wbtest.audience.mail_html import as_html
from wbtest.audience.outcome_mail import queue_outcome_mails, tell_outcome
from wbtest.audience.signup_steps import try_sign_up
from wbtest.delivery.mail_sender import compose, find_html_part, mail_of
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import runtime
from wbtest.publishing import lifecycle, live_snapshot
from wbtest.publishing.images import add_image, picture_of
from wbtest.publishing.page_design import PALETTES, Look
from wbtest.publishing.page_settings import change_look
from wbtest.team.access import get_team

SHARP = "<img src=x onerror=alert(1)> & {7*7} {product}"
OWN_LINK = r"http://\S+/(?:confirm|leave|mine)/\S+"
FETCHED = r"""<(?:link|script|iframe)|src="(?!cid:)|url\(|@import|srcset|background="""


def html_of(row: OutboxMail) -> str:
    return as_html(mail_of(row)).html


def message_of(row: OutboxMail) -> EmailMessage:
    """The mail as it arrives."""
    mail = mail_of(row)
    sent = compose(mail, find_html_part(mail)).as_bytes()
    message = message_from_bytes(sent, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def picture_in(message: EmailMessage) -> EmailMessage | None:
    found = [part for part in message.walk() if part.get_content_type() == "image/png"]
    return found[0] if found else None  # type: ignore[return-value]


def words_of(html: str) -> str:
    bare = re.sub(r"<(style|title)>.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(bare).split())


def welcome(app: Flask, slug: str = "larder") -> OutboxMail:
    """The mail to somebody who has just signed up."""
    Visitor(app).sign_up(Visitor(app).get(f"/p/{slug}"), "mia@x.io")
    return mails(app, "mia@x.io")[0]


def outcome(app: Flask, larder: Larder, text: str) -> OutboxMail:
    """The mail with the decision."""
    lifecycle.end(larder.experiment, larder.approver)
    leave_addresses(larder.experiment, 1)
    tell_outcome(larder.experiment, larder.approver, text)
    queue_outcome_mails(runtime(app).now())
    return mails(app, "p0@x.io")[0]


def open_with(look: Look, larder: Larder) -> Larder:
    change_look(larder.experiment, larder.editor, look)
    lifecycle.start(make_checked(larder.experiment, larder.editor), larder.approver)
    return larder


def open_with_logo(sent: bytes) -> Larder:
    larder = draft_page()
    logo = picture_of(add_image(larder.editor, sent)).name
    return open_with(Look(logo=logo), larder)


def test_the_html_leads_where_the_text_leads(app, larder):
    mail = welcome(app)

    links = re.findall(r'href="([^"]+)"', html_of(mail))
    assert links == re.findall(OWN_LINK, mail.body)
    assert len(links) == 3


def test_the_mail_with_the_decision_leads_where_its_text_leads(app, larder):
    mail = outcome(app, larder, "We build it.\n\nIt comes in May.")

    assert re.findall(r'href="([^"]+)"', html_of(mail)) == [mail.leave_url]


def test_the_html_says_what_the_text_says(app, larder):
    mail = welcome(app)

    said = words_of(html_of(mail))
    lines = re.sub(OWN_LINK, "", mail.body).split("\n")
    assert [line for line in lines if line.removesuffix(":") not in said] == []


def test_to_confirm_is_the_one_button(app, larder):
    buttons = re.findall(r'<a class="button"[^>]*>([^<]+)</a>', html_of(welcome(app)))

    assert buttons == ["Confirm"]


def test_it_says_at_the_foot_how_to_leave_and_who_answers_for_it(app, larder):
    team = get_team()

    foot = words_of(html_of(welcome(app)).partition('<div class="small"')[2])

    assert "delete your sign-up here: Delete my email" in foot
    assert "Delete my email See what we store about you" in foot
    assert foot.endswith(f"{team.controller} {team.contact_email}")


def test_the_foot_of_the_mail_with_the_decision_says_why_it_came(app, larder):
    html = html_of(outcome(app, larder, "We build it.\n\nIt comes in May."))

    words, foot = map(words_of, html.split('<div class="small"'))
    assert "You’re getting this email because you signed up for Larder" in foot
    assert words.endswith("We build it. It comes in May.")


def test_what_the_team_typed_is_never_markup(app):
    start_page(product=SHARP)

    html = html_of(welcome(app))

    assert "onerror=alert(1)>" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; {7*7} {product}" in html


def test_an_address_that_the_team_typed_is_no_link(app, larder):
    mail = outcome(app, larder, "We build it:\nhttp://localhost/leave/somebody-else")

    assert re.findall(r'href="([^"]+)"', html_of(mail)) == [mail.leave_url]


def test_nothing_is_fetched_when_it_is_read(app, larder):
    assert not re.search(FETCHED, html_of(welcome(app)))


def test_a_mail_in_arabic_runs_from_right_to_left(app):
    start_page(language="ar")

    html = html_of(welcome(app))

    # Some mail programs leave out the first.
    assert re.findall(r'lang="(\w+)"\s+dir="(\w+)"', html) == [("ar", "rtl")] * 2


def test_it_has_the_colours_of_the_page_by_day_and_in_the_dark(app):
    open_with(Look(palette="dawn", accent="#8a1c4a"), draft_page())

    html = html_of(welcome(app))

    [button] = re.findall(r'<a class="button"[^>]*>', html)
    assert "background:#8a1c4a;" in button
    assert "color:#ffffff;" in button
    assert f"background: {PALETTES['dawn'].dark['card']} !important" in html


def test_the_icon_comes_along_and_is_shown_beside_the_name(app, larder):
    mail = welcome(app)

    icon = picture_in(message_of(mail))

    assert icon is not None
    assert icon.get_content_disposition() == "inline"
    assert Image.open(BytesIO(icon.get_content())).size == (80, 80)
    assert f'src="cid:{icon["Content-ID"].strip("<>")}"' in html_of(mail)
    assert "<bdi" in html_of(mail).partition("</table>")[0]


def test_text_stands_before_html_and_the_icon_inside_the_latter(app, larder):
    message = message_of(welcome(app))

    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]


def test_a_founders_logo_takes_the_place_of_the_icon(app):
    open_with_logo(picture(size=(200, 200)))

    mail = welcome(app)

    icon = picture_in(message_of(mail))
    assert icon is not None
    assert Image.open(BytesIO(icon.get_content())).size == (72, 72)
    assert "Larder" in words_of(html_of(mail).partition("</table>")[0])


def test_a_word_mark_says_the_name_itself(app):
    open_with_logo(picture(size=(300, 60)))

    heading = html_of(welcome(app)).partition("</table>")[0]

    assert 'alt="Larder"' in heading
    assert "Larder" not in words_of(heading)


def test_a_picture_that_would_weigh_too_much_is_left_out(app):
    noise = Image.frombytes("RGB", (448, 150), Random(1).randbytes(448 * 150 * 3))
    sent = BytesIO()
    noise.save(sent, "PNG")
    open_with_logo(sent.getvalue())

    mail = welcome(app)

    assert picture_in(message_of(mail)) is None
    assert "<img" not in html_of(mail)
    assert "Larder" in words_of(html_of(mail).partition("</table>")[0])


def test_the_mail_of_a_try_looks_as_visitors_get_it(app, larder):
    draft = draft_page(slug="kiln")
    renderer = runtime(app).renderer
    live = live_snapshot.find_for_preview(draft.experiment.id)
    assert live is not None

    try_sign_up(draft.experiment, live, draft.editor, renderer.first_mail(live), renderer.base_url)

    [mail] = mails(app, draft.editor.email)
    assert re.findall(r'href="([^"]+)"', html_of(mail)) == re.findall(OWN_LINK, mail.body)


def test_a_mail_to_the_team_is_plain_text(app):
    row = queue_mail(recipient="ada@x.io", subject="A test ended", body="Look.")

    assert message_of(row).get_content_type() == "text/plain"
