"""Texts cut into runs, so that a page can mark words in them without making markup here. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from wbtest.writing.coach.sentences import paragraphs_in


class Span(NamedTuple):
    """Characters ``start`` to ``end`` of a text, and the number under which they are marked."""

    start: int
    end: int
    number: int


class Run(NamedTuple):
    """A piece of a paragraph; ``number`` is 0 where nothing is marked."""

    text: str
    number: int


def marked_paragraphs(text: str, spans: Iterable[Span]) -> list[list[Run]]:
    """Return the paragraphs as runs. Where spans overlap, the one that begins first is shown.

    >>> marked_paragraphs("So easy.", [Span(3, 7, 1)])
    [[Run(text='So ', number=0), Run(text='easy', number=1), Run(text='.', number=0)]]
    """
    apart = _apart(spans)
    return [
        _runs(paragraph.text, [_moved(span, paragraph.start) for span in apart])
        for paragraph in paragraphs_in(text)
    ]


def _apart(spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans):
        if span.start < span.end and (not kept or span.start >= kept[-1].end):
            kept.append(span)
    return kept


def _moved(span: Span, start: int) -> Span:
    return Span(span.start - start, span.end - start, span.number)


def _runs(text: str, spans: list[Span]) -> list[Run]:
    runs, at = [], 0
    for span in spans:
        start, end = max(span.start, at), min(span.end, len(text))
        if start < end:
            if at < start:
                runs.append(Run(text[at:start], 0))
            runs.append(Run(text[start:end], span.number))
            at = end
    if at < len(text):
        runs.append(Run(text[at:], 0))
    return runs
