"""The mails of a review: asked for, asked for again, and a link. Pure."""

from datetime import datetime
from typing import NamedTuple

from wbtest.letter import Letter


class Text(NamedTuple):
    """What a reviewer is asked to read: of which product, the number, minutes of silent reading."""

    product: str
    number: int
    minutes: int

    @property
    def title(self) -> str:
        """As it is named in a sentence.

        >>> Text("Larder", 2, 20).title
        'Larder, revision 2'
        """
        return f"{self.product or 'a release'}, revision {self.number}"


def invitation(text: Text, asks: str, note: str, url: str) -> Letter:
    """Return the mail to a member whose review ``asks`` (a name) wants."""
    return _letter(
        f"Your review, please: {text.title}", _wish(text, asks), _quoted(asks, note), url
    )


def new_revision(text: Text, asks: str, note: str) -> Letter:
    """Return the mail to a guest who has a link. We cannot repeat it: only its hash is kept."""
    return _letter(
        f"Your review, please: {text.title}",
        _wish(text, asks),
        _quoted(asks, note),
        "The link you have opens the new revision.",
    )


def link(product: str, text: Text | None, asks: str, url: str, until: datetime) -> Letter:
    """Return the mail with a link; ``text`` is None while nothing is up for review."""
    nothing_yet = (
        f"{asks} would like your opinion of the press release of {product or 'a product'}. "
        "It is not up for review yet; another mail will tell you when it is."
    )
    return _letter(
        f"Your review, please: {text.title if text else product or 'a release'}",
        _wish(text, asks) if text else nothing_yet,
        url,
        f"The link is yours and works until {until.day} {until:%B %Y}. Please do not pass it on.",
    )


def _wish(text: Text, asks: str) -> str:
    minutes = "one minute" if text.minutes == 1 else f"{text.minutes} minutes"
    return (
        f"{asks} asks for your review of the press release of {text.title}: first a few questions, "
        f"then {minutes} of silent reading, then your comments. "
        "Nobody’s answers are shown before you have given yours."
    )


def _quoted(asks: str, note: str) -> str:
    """What was written along, set in, so that it is not taken for ours."""
    lines = "\n".join(f"  {line}".rstrip() for line in note.splitlines())
    return f"{asks} writes:\n{lines}" if note else ""


def _letter(subject: str, *parts: str) -> Letter:
    return Letter(subject, "\n\n".join(part for part in parts if part) + "\n")
