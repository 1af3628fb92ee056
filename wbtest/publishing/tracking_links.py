"""Links to a test page that say where they were put, one for each source, with QR codes.

The page that makes them stores nothing: its address holds the links. QR codes are dark on light in
every color scheme.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import zip_longest
from typing import NamedTuple
from urllib.parse import quote, urlencode

import segno
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from wbtest.publishing.rule import LONGEST_SOURCE
from wbtest.publishing.sources import DIRECT, source_name
from wbtest.store import Invalid
from wbtest.writing.text_rules import find_fault, on_one_line

LONGEST_WORD = 40
MOST_LINKS = 20
# What people use most, and what sort of place each is.
COMMON = {
    "newsletter": "email",
    "linkedin": "social",
    "x": "social",
    "reddit": "social",
    "hackernews": "social",
    "facebook": "social",
    "instagram": "social",
    "tiktok": "social",
    "whatsapp": "social",
    "producthunt": "social",
    "flyer": "print",
}
# Fifteen hundredths of the code may be lost to a stain or a fold.
LEVEL = "m"
# Enough to print a hand's breadth at 300 dots an inch.
PRINTED_DOTS = 1_000
INK, PAPER = "#000", "#fff"


class Link(NamedTuple):
    """Where a link stands. We count by ``source`` alone; the others are for the team's own use."""

    source: str
    medium: str = ""
    campaign: str = ""

    def address(self, page_url: str) -> str:
        """Return the whole address.

        >>> Link("newsletter", "email").address("https://larder.example/p/larder")
        'https://larder.example/p/larder?utm_source=newsletter&utm_medium=email'
        """
        given = {f"utm_{name}": value for name, value in self._asdict().items() if value}
        return f"{page_url}?{urlencode(given, quote_via=quote, safe='')}"


def parse_link(source: str, medium: str, campaign: str) -> Link:
    """Return the link under the name that visits through it get.

    Raises Invalid for a name of no use.
    """
    name = source_name(source)
    if not name:
        raise Invalid("source", "Say where you’ll put the link. For example, newsletter.")
    if name == DIRECT:
        raise Invalid(
            "source", f"“{DIRECT}” is what we call visits without a source. Choose another name."
        )
    if fault := find_fault(source, LONGEST_SOURCE):
        raise Invalid("source", fault)
    for field, text in (("medium", medium), ("campaign", campaign)):
        if fault := find_fault(text, LONGEST_WORD):
            raise Invalid(field, fault)
    return Link(name, on_one_line(medium).strip(), on_one_line(campaign).strip())


def parse_links(typed: str, medium: str, campaign: str) -> list[Link]:
    """Return a link for each name, with commas or line breaks between; a known one has a medium.

    Raises Invalid as ``parse_link`` does, and when there is no name at all.
    """
    names = [name.strip() for name in re.split("[,\n]", typed)]
    found = [parse_link(name, medium, campaign) for name in names if name]
    if not found:
        raise Invalid("source", "Say where you’ll put the link. For example, newsletter.")
    return [link._replace(medium=link.medium or COMMON.get(link.source, "")) for link in found]


def usual_links(sources: Iterable[str]) -> list[Link]:
    """Return a link for each source that is named in a rule; none for visits without a source."""
    return [Link(name, COMMON.get(name, "")) for name in sources if name != DIRECT]


def together(links: Sequence[Link], added: Iterable[Link]) -> list[Link]:
    """Return all links, each once. Raises Invalid when they are more than a page holds."""
    found = list(dict.fromkeys([*links, *added]))
    if len(found) > MOST_LINKS:
        raise Invalid("source", f"{MOST_LINKS} links fit on this page. Remove some first.")
    return found


def draw_svg(address: str, title: str) -> bytes:
    """Return the code as a file that stays sharp at any size."""
    out = BytesIO()
    _code(address).save(
        out, kind="svg", dark=INK, light=PAPER, title=title, scale=10, svgclass=None, lineclass=None
    )
    return out.getvalue()


def draw_png(address: str) -> bytes:
    """Return the code as a picture about ``PRINTED_DOTS`` wide."""
    out, code = BytesIO(), _code(address)
    code.save(out, kind="png", scale=max(1, PRINTED_DOTS // code.symbol_size()[0]))
    return out.getvalue()


@lru_cache(maxsize=64)
def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error=LEVEL)


class LinksForm(Form):
    """What to add; the links that are there already stand in the address."""

    add = StringField("Source")
    add_medium = StringField("Medium")
    add_campaign = StringField("Campaign")

    def added(self, one: str) -> list[Link]:
        """The links that are typed, or the one of a button. Raises Invalid."""
        typed = one or self.add.data or ""
        return parse_links(typed, self.add_medium.data or "", self.add_campaign.data or "")

    def put_error(self, error: Invalid) -> None:
        """Show what is wrong with a link at the field it was typed in."""
        field = self["add" if error.field == "source" else f"add_{error.field}"]
        field.errors = [*field.errors, str(error)]


def links_in(given: MultiDict[str, str]) -> list[Link]:
    """The links that an address names. Raises Invalid for one of no use."""
    columns = (given.getlist(name) for name in Link._fields)
    return together([], [parse_link(*each) for each in zip_longest(*columns, fillvalue="")])


def query_of(links: Sequence[Link]) -> dict[str, list[str]]:
    """The query of an address that names exactly these links."""
    return {name: [getattr(link, name) for link in links] for name in Link._fields}
