"""The mail to an address that was just left: what for, how to confirm it, how to have it erased."""

from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.page_design import ON_ACCENT, Look, lowest_contrast, nearest_shade, palette
from wbtest.publishing.page_options import FirstMail
from wbtest.publishing.page_strings import PageStrings, strings_of

# Mail programs know no style sheets, and nothing is fetched that would tell us who reads.
GROUND = "#ffffff"
PAGE = f"margin:0;padding:24px;background:{GROUND};color:#15181e;font:16px/1.6 sans-serif"
BUTTON = (
    "display:inline-block;padding:12px 20px;border-radius:8px;background:{};color:{};"
    "font-weight:600;text-decoration:none"
)
# Stands for the token where a letter is made before it is known for whom. Nobody can type it.
TOKEN = "\0"  # noqa: S105 - the place of one
SMALL = "margin:0 0 16px;color:#565e6c;font-size:14px"


class Letter(NamedTuple):
    """A mail in plain text and in HTML; ``leave_url`` is what a mail program's button posts to."""

    subject: str
    body: str
    html: str
    leave_url: str


class Blank(NamedTuple):
    """A letter that lacks the token of whom it is for."""

    letter: Letter

    def filled_in(self, token: str) -> Letter:
        """Return the letter whose links carry ``token``."""
        return Letter._make([part.replace(TOKEN, token) for part in self.letter])


class Line(NamedTuple):
    """A paragraph of a mail, with the address that follows it; '' for none.

    In HTML ``name`` stands for the address, which nobody wants to read; ``is_button`` makes it the
    one thing to do.
    """

    text: str
    url: str = ""
    name: str = ""
    is_button: bool = False


def blank(live: LiveExperiment, base_url: str, mail: FirstMail) -> Blank:
    """Return the mail to whoever signs up, made once for all of them."""
    # Plain texts: a token is no markup, and Markup would look at it for every letter.
    return Blank(Letter._make(map(str, welcome(live, base_url, TOKEN, mail))))


def welcome(live: LiveExperiment, base_url: str, token: str, mail: FirstMail) -> Letter:
    """Return the mail in the page's language. Whoever holds ``token`` can confirm and leave.

    Where ``mail`` asks nobody to confirm it thanks, and says the rest.
    """
    page = live.control.page
    strings = strings_of(page)
    product = page.product
    leave_url = f"{base_url}/leave/{token}"
    confirms = mail.asks_to_confirm
    lines = [
        Line(strings.mail_why.format(product=product, page=f"{base_url}/p/{live.slug}")),
        # The page itself may have left this out until the click; here it is always said.
        Line(strings.not_yet.format(product=product)),
        Line(strings.mail_confirm, f"{base_url}/confirm/{token}", strings.confirm_button, True)
        if confirms
        else Line(strings.thanks_next),
        Line(strings.mail_leave, leave_url, strings.leave_button),
        Line(strings.mail_mine, f"{base_url}/mine/{token}", strings.mine),
        Line(f"{live.controller}\n{live.contact}"),
    ]
    subject = (strings.mail_subject if confirms else strings.mail_thanks).format(product=product)
    return Letter(subject, as_text(lines), as_html(lines, strings, page.look), leave_url)


def as_text(lines: list[Line]) -> str:
    """Return the lines as plain text, each address under its sentence."""
    return "\n\n".join(f"{line.text}\n{line.url}".strip() for line in lines) + "\n"


def as_html(lines: list[Line], strings: PageStrings, look: Look) -> str:
    """Return the same as HTML in the page's colour: nothing is fetched, nothing typed is markup."""
    parts = Markup().join(_paragraph(line, *colours_of(look)) for line in lines)
    return Markup(
        '<!DOCTYPE html><html lang="{}" dir="{}"><meta charset="utf-8"><body style="{}">{}</body>'
        "</html>"
    ).format(strings.language, strings.dir, PAGE, parts)


@lru_cache(maxsize=1024)
def colours_of(look: Look) -> tuple[str, str]:
    """Return the colour of links and buttons in a mail, and of the text on a button.

    The page's accent, or its nearest shade that can be read on the mail's white.
    """
    accent = nearest_shade(palette(look, "light")["accent"], (GROUND,))
    return accent, max(ON_ACCENT, key=lambda text: lowest_contrast(text, (accent,)))


def _paragraph(line: Line, accent: str, on_accent: str) -> Markup:
    text = Markup("<br>").join(line.text.split("\n"))
    if line.is_button:
        style = BUTTON.format(accent, on_accent)
        link = Markup('<br><a style="{}" href="{}">{}</a>').format(style, line.url, line.name)
        return Markup('<p style="margin:0 0 24px">{}{}</p>').format(text, link)
    if line.url:
        link = Markup('<br><a style="color:{}" href="{}">{}</a>').format(
            accent, line.url, line.name
        )
        return Markup('<p style="{}">{}{}</p>').format(SMALL, text, link)
    return Markup('<p style="margin:0 0 16px">{}</p>').format(text)
