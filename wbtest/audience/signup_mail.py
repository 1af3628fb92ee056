"""The mail to an address that was just left, and the tokens in the links of all our mails.

The mail says what it's for, how to confirm the address and how to have it erased.

All mails of a page to one address carry the same token, so the links of an older mail work as long
as those of the newest. We keep a hash of it. Our last mail is written long afterwards: its link is
this hash with the server's own signature, and leads to the same row. The server's key, without
which nobody makes either, isn't in the database.
"""

import hmac
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_encode
from markupsafe import Markup

from wbtest.audience.models import Signup
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.models import Experiment
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
SALT = "wbtest.closing"
SIGN_UP_SALT = "wbtest.sign-up"


class MailText(NamedTuple):
    """A mail in plain text and in HTML; ``leave_url`` is what a mail program's button posts to."""

    subject: str
    body: str
    html: str
    leave_url: str


class MailTemplate(NamedTuple):
    """A letter that lacks the token of whom it is for."""

    letter: MailText

    def filled_in(self, token: str) -> MailText:
        """Return the letter whose links carry ``token``."""
        return MailText._make([part.replace(TOKEN, token) for part in self.letter])


class MailParagraph(NamedTuple):
    """A paragraph of a mail, with the address that follows it; '' for none.

    In HTML ``name`` stands for the address, which nobody wants to read; ``is_button`` makes it the
    one thing to do.
    """

    text: str
    url: str = ""
    name: str = ""
    is_button: bool = False


def mail_template(live: LiveExperiment, base_url: str, mail: FirstMail) -> MailTemplate:
    """Return the mail to whoever signs up, made once for all of them."""
    # Plain texts: a token is no markup, and Markup would look at it for every letter.
    return MailTemplate(MailText._make(map(str, welcome_mail(live, base_url, TOKEN, mail))))


def welcome_mail(live: LiveExperiment, base_url: str, token: str, mail: FirstMail) -> MailText:
    """Return the mail in the page's language. Whoever holds ``token`` can confirm and leave.

    Where ``mail`` asks nobody to confirm it thanks, and says the rest.
    """
    page = live.control.page
    strings = strings_of(page)
    product = page.product
    leave_url = f"{base_url}/leave/{token}"
    confirms = mail.asks_to_confirm
    lines = [
        MailParagraph(strings.mail_why.format(product=product, page=f"{base_url}/p/{live.slug}")),
        # The page itself may have left this out until the click; here it is always said.
        MailParagraph(strings.not_yet.format(product=product)),
        MailParagraph(
            strings.mail_confirm, f"{base_url}/confirm/{token}", strings.confirm_button, True
        )
        if confirms
        else MailParagraph(strings.thanks_next),
        MailParagraph(strings.mail_leave, leave_url, strings.leave_button),
        MailParagraph(strings.mail_mine, f"{base_url}/mine/{token}", strings.mine),
        MailParagraph(f"{live.controller}\n{live.contact}"),
    ]
    subject = (strings.mail_subject if confirms else strings.mail_thanks).format(product=product)
    return MailText(subject, as_text(lines), as_html(lines, strings, page.look), leave_url)


def as_text(lines: list[MailParagraph]) -> str:
    """Return the lines as plain text, each address under its sentence."""
    return "\n\n".join(f"{line.text}\n{line.url}".strip() for line in lines) + "\n"


def as_html(lines: list[MailParagraph], strings: PageStrings, look: Look) -> str:
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


def _paragraph(line: MailParagraph, accent: str, on_accent: str) -> Markup:
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


def sign_up_token(identity_key: bytes, email_key: str, secret: str) -> str:
    """Return the token for the mails of the page with this key to this address; always the same.

    ``secret`` is the server's key.
    """
    key = _sign_up_key(secret)
    whom = f"{identity_key.hex()}:{email_key}".encode()
    return base64_encode(hmac.digest(key, whom, "sha256")).decode()


def hash_of_new(token: str) -> str:
    """Return the same as ``hash_of`` for a token that was just made and so carries no signature."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def link_token(token_hash: str) -> str:
    """Return what stands for the token in a link to the sign-up of this hash; always the same."""
    return _signer().sign(token_hash).decode()


def hash_of(token: str) -> str:
    """Return the hash under which the sign-up is kept, for the first mail's token or the last's."""
    try:
        return _signer().unsign(token.encode("utf-8", "replace")).decode()
    except BadSignature:
        return hash_of_new(token)


def leads_to(token_hash: str) -> sa.ColumnElement[bool]:
    """Whether a sign-up is the one to which links with the token of this hash lead.

    A link names no experiment, and every key of an event begins with one: so each of them is asked.
    """
    experiments = sa.select(Experiment.id)
    return sa.and_(Signup.experiment_id.in_(experiments), Signup.token_hash == token_hash)


def _signer() -> Signer:
    return _token(current_app.config["SECRET_KEY"], SALT)


@lru_cache(maxsize=8)
def _token(secret: str, salt: str, digest_method: Any = None) -> Signer:
    """Made once: to make one takes longer than to sign."""
    return Signer(secret, salt=salt, digest_method=digest_method)


@lru_cache(maxsize=8)
def _sign_up_key(secret: str) -> bytes:
    """The key of the signer of sign-ups, which would derive it anew for each of them."""
    return _token(secret, SIGN_UP_SALT, sha256).derive_key()
