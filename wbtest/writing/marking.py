"""Texts cut into runs, so that a page can mark words in them without making markup here. Pure."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from wbtest.writing.coach.sentences import Piece, paragraphs_in


class Marked(NamedTuple):
    """Characters ``start`` to ``end`` of a text, and the number under which they are marked."""

    start: int
    end: int
    number: int


class Run(NamedTuple):
    """A piece of a paragraph, whether it is marked, and the numbers that begin and end with it.

    ``start`` is its first character's place in the text.
    """

    text: str
    is_marked: bool
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    start: int


def marked_paragraphs(text: str, marks: Iterable[Marked]) -> list[list[Run]]:
    """Return the paragraphs as runs. Marks may overlap, lie in each other, and pass paragraphs.

    >>> [(run.text, run.begins) for run in marked_paragraphs("So easy.", [Marked(3, 7, 1)])[0]]
    [('So ', ()), ('easy', (1,)), ('.', ())]
    """
    paragraphs = paragraphs_in(text)
    cut = [_trimmed(mark, paragraphs) for mark in marks if mark.start < mark.end]
    kept = [mark for mark in cut if mark.start < mark.end]
    return [_runs(paragraph, kept) for paragraph in paragraphs]


def _trimmed(mark: Marked, paragraphs: list[Piece]) -> Marked:
    """The mark without the empty lines at its ends, so that both ends lie in a paragraph."""
    starts = [max(p.start, mark.start) for p in paragraphs if p.end > mark.start]
    ends = [min(p.end, mark.end) for p in paragraphs if p.start < mark.end]
    return Marked(min(starts, default=mark.end), max(ends, default=mark.start), mark.number)


def _runs(paragraph: Piece, marks: list[Marked]) -> list[Run]:
    """The paragraph, cut wherever a mark begins or ends."""
    mine = [mark for mark in marks if mark.start < paragraph.end and mark.end > paragraph.start]
    cuts = {paragraph.start, paragraph.end}
    for mark in mine:
        cuts |= {max(mark.start, paragraph.start), min(mark.end, paragraph.end)}
    places = sorted(cuts)
    return [_run(paragraph, mine, start, end) for start, end in pairwise(places)]


def _run(paragraph: Piece, marks: list[Marked], start: int, end: int) -> Run:
    return Run(
        paragraph.text[start - paragraph.start : end - paragraph.start],
        any(mark.start <= start and mark.end >= end for mark in marks),
        tuple(mark.number for mark in marks if mark.start == start),
        tuple(mark.number for mark in marks if mark.end == end),
        start,
    )
