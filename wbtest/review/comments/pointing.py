"""What a reader points at in a text, and the words they would put there."""

from typing import NamedTuple

from wbtest.review.comments.texts import (
    WHOLE,
    Range,
    find_words,
    is_one_line,
    is_part,
    texts_of,
    with_text,
)
from wbtest.store import Invalid
from wbtest.writing.document import LONGEST_TEXT, Document, NotADocument
from wbtest.writing.wording import find_fault, on_one_line, with_plain_breaks


class Pointed(NamedTuple):
    """Characters ``start`` to ``end`` of the text at ``path``; equal ones mean all of it."""

    path: str
    start: int
    end: int
    words: str


def point_at(document: Document, path: str, words: str, near: int | None = None) -> Pointed:
    """Return where the words stand in the text at ``path``, or in any for the whole release.

    Where they stand several times, ``near`` tells which; else it is the first. Raises Invalid.
    """
    if not is_part(document, path):
        raise Invalid("path", "Choose a part of this release.")
    words = with_plain_breaks(words)
    if fault := find_fault(words, LONGEST_TEXT):
        raise Invalid("words", fault)
    if not words.strip():
        return Pointed(path, 0, 0, "")
    hits = find_words(document, path, words, near)
    if not hits:
        where = "the release" if path == WHOLE else "this part"
        raise Invalid("words", f"These words do not stand in {where}. Copy them as they stand.")
    if path == WHOLE and len(hits) > 1:
        raise Invalid("path", f"These words stand in {len(hits)} places. Choose the part you mean.")
    return _pointed(document, hits[0].path, hits[0].place)


def replace_by(document: Document, pointed: Pointed, suggestion: str) -> tuple[Pointed, str]:
    """Return the words that the suggestion replaces, and the suggestion as it may stand there.

    Without words it replaces all of the text. Raises Invalid.
    """
    if pointed.path == WHOLE:
        raise Invalid("suggestion", "Say which words this replaces, or choose a part.")
    text = texts_of(document)[pointed.path]
    if pointed.start == pointed.end:
        pointed = _pointed(document, pointed.path, Range(0, len(text)))
    suggestion = with_plain_breaks(suggestion).strip()
    if is_one_line(pointed.path):
        suggestion = on_one_line(suggestion)
    if suggestion == pointed.words:
        raise Invalid("suggestion", "These are the same words. Write others.")
    try:
        put_in(document, pointed.path, Range(pointed.start, pointed.end), suggestion)
    except NotADocument as fault:
        raise Invalid("suggestion", fault.sentence) from fault
    return pointed, suggestion


def put_in(document: Document, path: str, place: Range, words: str) -> Document:
    """Return the document with these words at ``place``. Raises NotADocument if it cannot be."""
    text = texts_of(document)[path]
    return with_text(document, path, text[: place.start] + words + text[place.end :])


def _pointed(document: Document, path: str, place: Range) -> Pointed:
    return Pointed(path, *place, texts_of(document)[path][slice(*place)])
