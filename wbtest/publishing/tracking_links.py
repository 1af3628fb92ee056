"""Links to a test page that say where they were put, kept with the test."""

import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode

from wbtest.extensions import clock
from wbtest.publishing.models import Experiment, TrackingLink, name_of_test
from wbtest.publishing.rule import LONGEST_SOURCE
from wbtest.publishing.sources import CHANNELS, DIRECT, source_name
from wbtest.store import Gone, Invalid, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing.text_rules import find_fault, on_one_line

LONGEST_WORD = 40
MOST_LINKS = 20


class Link(NamedTuple):
    """What a link says of where it was put. Visits are counted by ``source`` alone."""

    source: str
    medium: str = ""
    campaign: str = ""


def parse_links(typed: str, medium: str = "", campaign: str = "") -> list[Link]:
    """Return a link for each name, with commas or line breaks between; a known one has a medium.

    Raises Invalid for a name of no use, and when there is no name at all.
    """
    names = [name.strip() for name in re.split("[,\n]", typed)]
    found = [_parse_link(name, medium, campaign) for name in names if name]
    if not found:
        raise Invalid("source", "Say where you’ll put the link. For example, newsletter.")
    return list(dict.fromkeys(found))


def _parse_link(source: str, medium: str, campaign: str) -> Link:
    """Return the link under the name that visits through it get."""
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
    usual = CHANNELS[name].medium if name in CHANNELS else ""
    return Link(name, on_one_line(medium).strip() or usual, on_one_line(campaign).strip())


def add_links(
    experiment: Experiment, person: Person, source: str, medium: str = "", campaign: str = ""
) -> list[TrackingLink]:
    """Keep a link for each name in ``source``, and return them; one that is there stays one.

    Raises Invalid at the field that must change, and when a test would have too many.
    """
    wanted = parse_links(source, medium, campaign)
    with writing():
        hold(experiment)
        there = {_link_of(link): link for link in experiment.tracking_links}
        added = [link for link in wanted if link not in there]
        if len(there) + len(added) > MOST_LINKS:
            raise Invalid("source", f"A test holds {MOST_LINKS} links. Remove some first.")
        for link in added:
            there[link] = _new_row(link, person)
            experiment.tracking_links.append(there[link])
    return [there[link] for link in wanted]


def copy_links(experiment: Experiment, person: Person) -> list[TrackingLink]:
    """Return links to the same places for another test of the idea, which has the same address."""
    return [_new_row(_link_of(link), person) for link in experiment.tracking_links]


def _new_row(link: Link, person: Person) -> TrackingLink:
    return TrackingLink(
        key=secrets.token_hex(8), person=person, made_at=clock.now(), **link._asdict()
    )


def remove_link(experiment: Experiment, person: Person, key: str) -> None:
    """Remove a link from the list; what it said stays in the audit log. Raises Gone without one.

    Where it was posted it still leads to the page, and visits through it are counted as before.
    """
    with writing():
        hold(experiment)
        link = find_link(experiment, key)
        if link is None:
            raise Gone("Somebody has already removed this link.")
        experiment.tracking_links.remove(link)
        said = ", ".join(filter(None, _link_of(link)))
        record("tracking_link.removed", f"{name_of_test(experiment)}: {said}", by=person)


def find_link(experiment: Experiment, key: str) -> TrackingLink | None:
    """The link of this key, or None."""
    return next((link for link in experiment.tracking_links if link.key == key), None)


def unused_channels(experiment: Experiment, sources: Sequence[str]) -> dict[str, str]:
    """Return the names of channels without a link, by source; first those ``sources`` name."""
    used = {link.source for link in experiment.tracking_links} | {DIRECT}
    wanted = dict.fromkeys([*sources, *CHANNELS])
    return {name: name_of_channel(name) for name in wanted if name not in used}


def name_of_channel(source: str) -> str:
    """Return what people call the channel, the source itself where nobody else knows it.

    >>> name_of_channel("hackernews"), name_of_channel("meetup")
    ('Hacker News', 'meetup')
    """
    return CHANNELS[source].name if source in CHANNELS else source


def link_address(link: Link | TrackingLink, page: str) -> str:
    """Return the whole address.

    >>> link_address(Link("newsletter", "email"), "https://larder.example/p/larder")
    'https://larder.example/p/larder?utm_source=newsletter&utm_medium=email'
    """
    given = {f"utm_{name}": value for name, value in _link_of(link)._asdict().items() if value}
    return f"{page}?{urlencode(given, quote_via=quote, safe='')}"


def _link_of(link: Link | TrackingLink) -> Link:
    return Link(link.source, link.medium, link.campaign)
