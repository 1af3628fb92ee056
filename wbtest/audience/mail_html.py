"""A mail to a visitor as HTML: the words of its text, with the name and colours of its page.

It's made when the mail is sent, so the outbox holds the text alone. Nothing is fetched when
somebody reads it, since that would tell us who reads: the icon, or the founder's logo, comes along.
The only links are the mail's own.
"""

from typing import NamedTuple

from flask import current_app

from wbtest.audience.signup_mail import FOOTER
from wbtest.delivery.mail_sender import HtmlPart, Mail
from wbtest.extensions import db
from wbtest.publishing import corrections, images, page_strings, share_image
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_copy import PageCopy
from wbtest.publishing.page_design import CORNERS, USUAL, Picture, palette, read_name
from wbtest.publishing.typefaces import TEXT

# In CSS px: the icon's side and corners, and a logo's height and width at most, as on the page.
ICON_SIDE, ICON_RADIUS = 40, 10
LOGO_HEIGHT, LOGO_WIDTH = 36, 224
# Screens of telephones show two or three pixels for one.
FINE = 2
# In bytes. A mail with more to it says the name alone.
LARGEST_PICTURE = 10_000
# What ends a sentence before an address: as in English, in French, and as wide as in Japanese.
COLON = ":\N{FULLWIDTH COLON}\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE} "


class MailPicture(NamedTuple):
    """The picture beside the name: a PNG, how large it's shown and how round, in CSS px.

    A word mark says the name itself.
    """

    png: bytes
    width: int
    height: int
    radius: int = 0
    is_word_mark: bool = False


class HtmlParagraph(NamedTuple):
    """The lines of a paragraph, and the link below them with its name; '' for none."""

    lines: list[str]
    url: str = ""
    name: str = ""


def as_html(mail: Mail) -> HtmlPart:
    """Return what the text of a mail says as HTML, in the look of the page that it's about."""
    page = corrections.page_of(db.session.get_one(Experiment, mail.experiment_id))
    strings = page_strings.strings_of(page)
    paragraphs = paragraphs_of(mail, strings)
    picture = _picture_of(page)
    html = current_app.jinja_env.get_template("public/mail.html").render(
        subject=mail.subject,
        product=page.product,
        strings=strings,
        paragraphs=paragraphs[:-FOOTER],
        footer=paragraphs[-FOOTER:],
        picture=picture,
        picture_id=mail.picture_id,
        light=palette(page.look, "light"),
        dark=palette(page.look, "dark"),
        radius=CORNERS.get(page.look.corner, CORNERS[USUAL.corner]).radius,
        typeface=TEXT,
    )
    return HtmlPart(html, picture.png if picture else b"")


def paragraphs_of(mail: Mail, strings: page_strings.PageStrings) -> list[HtmlParagraph]:
    """Return the paragraphs of a mail's text; its own links are named by what they open."""
    base_url, _, token = mail.leave_url.rpartition("/leave/")
    mine_url = f"{base_url}/mine/{token}"
    names = {
        f"{base_url}/confirm/{token}": strings.confirm_button,
        mail.leave_url: strings.leave_button,
    }
    found = []
    for text in mail.body.strip().split("\n\n"):
        *lines, last = text.split("\n")
        if last == mine_url:
            # Its sentence says what it opens.
            found.append(HtmlParagraph([], last, " ".join(lines).rstrip(COLON)))
        elif last in names:
            found.append(HtmlParagraph(lines, last, names[last]))
        else:
            found.append(HtmlParagraph([*lines, last]))
    return found


def _picture_of(page: PageCopy) -> MailPicture | None:
    """The founder's logo, or the icon made from the name; None where the picture is too large."""
    logo = read_name(page.look.logo)
    sent = images.find_file(logo.digest, logo.widths[0]) if logo else None
    if logo and sent:
        width, height = _size_of(logo)
        png = share_image.draw_logo(sent, width * FINE, height * FINE)
        found = MailPicture(png, width, height, is_word_mark=logo.is_word_mark)
    else:
        png = share_image.draw_icon(page, ICON_SIDE * FINE)
        found = MailPicture(png, ICON_SIDE, ICON_SIDE, ICON_RADIUS)
    return found if len(found.png) <= LARGEST_PICTURE else None


def _size_of(logo: Picture) -> tuple[int, int]:
    """Width and height in which a logo is shown."""
    scale = min(LOGO_HEIGHT / logo.height, LOGO_WIDTH / logo.width)
    return max(1, round(logo.width * scale)), max(1, round(logo.height * scale))
