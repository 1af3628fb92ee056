"""Sentences, paragraphs and words of a text in any script, each with its place. Pure.

Places are offsets in characters. Decimals, dates, initials, addresses and the abbreviations in
``lists/<language>/abbreviations.txt`` do not end a sentence.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from wbtest.writing import text_rules
from wbtest.writing.coach.lists import words_of

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")
# What ends a sentence, with the quotation marks and brackets that close after it.
_END = re.compile(
    r"(?:(?<![.!?…])[.!?…]++|[؟۔।])[\"”“’‘»«\)\]]*+(?:[ \u00a0\u202f]»)?(?=\s|$)"
    r"|[。！？｡]+[」』”）]*"
    r"|\n[ \t]*(?=[-*•·–‣][ \t]|\d{1,2}[.)][ \t])"
)
_LAST_WORD = re.compile(r"[\w.’']+$")
LONGEST_WORD = 40
# Where "3. März" is a day.
ORDINAL_DOTS = ("cs", "da", "de", "et", "fi", "hr", "hu", "nb", "pl", "sk", "sl", "sr")
ORDINAL_DIGITS = 2


class Piece(NamedTuple):
    """Part of a text: characters ``start`` to ``end``."""

    start: int
    end: int
    text: str


def words_in(text: str) -> list[Piece]:
    """The words of a text; a hyphen stands between two of them, an apostrophe within one.

    >>> [word.text for word in words_in("It’s end-to-end.")]
    ['It’s', 'end', 'to', 'end']
    """
    return [Piece(found.start(), found.end(), found[0]) for found in _WORD.finditer(text)]


def count_words(text: str) -> int:
    """How many words there are in any script, as ``wording.words`` counts them."""
    return text_rules.words(text)


def paragraphs_in(text: str) -> list[Piece]:
    """The paragraphs of a text, which empty lines part."""
    pieces = []
    for found in _PARAGRAPH.finditer(text):
        inner = found[0].rstrip()
        pieces.append(Piece(found.start(), found.start() + len(inner), inner))
    return pieces


def sentences_in(text: str, language: str) -> list[Piece]:
    """The sentences of a text in this language, as two or three letters.

    >>> [s.text for s in sentences_in("Dr. Ahn paid £1.50. “Really?” Yes.", "en")]
    ['Dr. Ahn paid £1.50.', '“Really?”', 'Yes.']
    """
    return [
        sentence
        for paragraph in paragraphs_in(text)
        for sentence in _sentences(paragraph, language)
    ]


def _sentences(paragraph: Piece, language: str) -> Iterator[Piece]:
    text, start = paragraph.text, 0
    for found in _END.finditer(text):
        if not _ends(text, found, language):
            continue
        if piece := _trimmed(paragraph, start, found.end()):
            yield piece
        start = found.end()
    if piece := _trimmed(paragraph, start, len(text)):
        yield piece


def _trimmed(paragraph: Piece, start: int, end: int) -> Piece | None:
    raw = paragraph.text[start:end]
    text = raw.strip()
    begin = paragraph.start + start + len(raw) - len(raw.lstrip())
    return Piece(begin, begin + len(text), text) if text else None


def _ends(text: str, found: re.Match[str], language: str) -> bool:
    """Whether a sentence is over here: not if it goes on in small letters, or after what is said.

    In Japanese a quotation is followed by the words of who says it, in hiragana.
    """
    following = text[found.end() : found.end() + LONGEST_WORD].lstrip()
    # "iPod" begins a sentence although its first letter is small.
    if following[:1].islower() and following.split(maxsplit=1)[0].islower():
        return False
    if found[0][-1] in "」』":
        return not "\u3041" <= following[:1] <= "\u309f"
    return not found[0].startswith(".") or not following or _is_full_stop(text, found, language)


def _is_full_stop(text: str, found: re.Match[str], language: str) -> bool:
    """Whether this dot stands behind more than an initial, an abbreviation or an ordinal."""
    before = text[max(0, found.start() - LONGEST_WORD) : found.start()]
    last = _LAST_WORD.search(before)
    word = last[0].lower() if last else ""
    is_initial = len(word) == 1 and word.isalpha() and word != "i"
    is_number = word.isdecimal() and len(word) <= ORDINAL_DIGITS
    # "1." at the beginning of a line numbers what follows it.
    begins_line = before.rpartition("\n")[2].strip() == word
    is_ordinal = is_number and (language in ORDINAL_DOTS or begins_line)
    return not (is_initial or is_ordinal or word in words_of(language, "abbreviations"))
