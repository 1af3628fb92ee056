"""Links to a test page that say where they were put: one for each source. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from wbtest.publishing.rule import LONGEST_SOURCE
from wbtest.publishing.sources import DIRECT, source_name
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
    "flyer": "print",
}


class NotALink(ValueError):
    """A link that would not be told apart; ``field`` names what to mend, the text says how."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


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


def link_of(source: str, medium: str, campaign: str) -> Link:
    """Return the link under the name that visits through it get.

    Raises NotALink for a name of no use.
    """
    name = source_name(source)
    if not name:
        raise NotALink("source", "Name where the link will stand, such as newsletter.")
    if name == DIRECT:
        raise NotALink(
            "source", f"“{DIRECT}” is what we call visits without a source. Choose another name."
        )
    if fault := find_fault(source, LONGEST_SOURCE):
        raise NotALink("source", fault)
    for field, text in (("medium", medium), ("campaign", campaign)):
        if fault := find_fault(text, LONGEST_WORD):
            raise NotALink(field, fault)
    return Link(name, on_one_line(medium).strip(), on_one_line(campaign).strip())


def links_of(typed: str, medium: str, campaign: str) -> list[Link]:
    """Return a link for each name, with commas or line breaks between; a known one has a medium.

    Raises NotALink as ``link_of`` does, and when there is no name at all.
    """
    names = [name.strip() for name in re.split("[,\n]", typed)]
    found = [link_of(name, medium, campaign) for name in names if name]
    if not found:
        raise NotALink("source", "Name where the link will stand, such as newsletter.")
    return [link._replace(medium=link.medium or COMMON.get(link.source, "")) for link in found]


def usual_links(sources: Iterable[str]) -> list[Link]:
    """Return a link for each source that is named in a rule; none for visits without a source."""
    return [Link(name, COMMON.get(name, "")) for name in sources if name != DIRECT]


def together(links: Sequence[Link], added: Iterable[Link]) -> list[Link]:
    """Return all links, each once. Raises NotALink when they are more than a page holds."""
    found = list(dict.fromkeys([*links, *added]))
    if len(found) > MOST_LINKS:
        raise NotALink("source", f"{MOST_LINKS} links fit on this page. Take some out first.")
    return found
