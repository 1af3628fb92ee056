"""Which page of a long list is shown. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Page(NamedTuple):
    """A page of a list, counted from 1, of so many; each holds so many entries ``at_once``."""

    number: int
    pages: int
    at_once: int

    @property
    def first(self) -> int:
        """The place of the first entry, counted from 0."""
        return (self.number - 1) * self.at_once

    @property
    def end(self) -> int:
        """The place after the last entry that may be on it."""
        return self.number * self.at_once


def page_of(count: int, at_once: int, asked: int) -> Page:
    """Return the page that is asked for; one too far is the last one.

    >>> page_of(101, 50, 9), page_of(0, 50, -3)
    (Page(number=3, pages=3, at_once=50), Page(number=1, pages=1, at_once=50))
    """
    pages = max(-(-count // at_once), 1)
    return Page(min(max(asked, 1), pages), pages, at_once)
