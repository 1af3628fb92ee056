"""The numbers of a release beside what its ledger says of them. Pure.

An entry speaks of every number that stands inside its words, wherever those stand; where two do,
the longer one speaks.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from wbtest.writing.coach.claims import claims_in
from wbtest.writing.coach.listed import UNSPACED, Place
from wbtest.writing.coach.numbers import Number, numbers_in
from wbtest.writing.coach.offers import end_of_period
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.spans import spans_of
from wbtest.writing.document import Document, Evidence, words_key

# An imagined customer is not asked for sources; questions say again what the release says.
_ASKED = re.compile(r"(?!customer_quote)\w+(?:\.text|\.price)?")
# The word that is counted: shorter ones are rather “of”, “and”, “per”, but for units.
_COUNTED = re.compile(r"[ \u00a0\u202f-]?([^\W\d_]{4,30}|(?:km|kg|cm|mm|kwh|min)\b)", re.IGNORECASE)
_COUNTER = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]")


class Stated(NamedTuple):
    """A number as a text states it: with its unit, in its sentence; and what it rests on."""

    path: str
    words: str
    sentence: str
    entry: Evidence | None


class Row(NamedTuple):
    """Numbers that rest on the same; ``sentence`` is the first one's, ``more`` counts the others.

    A row whose words are gone from the text has no sentence.
    """

    words: str
    entry: Evidence | None
    sentence: str = ""
    more: int = 0


class Ledger(NamedTuple):
    """Every number of a release in reading order, and entries whose words are gone from it."""

    numbers: tuple[Stated, ...]
    gone: tuple[Evidence, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """One for numbers with the same words or entry; then one for each entry that is gone."""
        found: dict[str, Row] = {}
        for number in self.numbers:
            words = number.entry.words if number.entry else number.words
            first = found.get(words_key(words))
            more = first.more + 1 if first else 0
            sentence = first.sentence if first else number.sentence
            found[words_key(words)] = Row(
                first.words if first else words, number.entry, sentence, more
            )
        return (*found.values(), *(Row(entry.words, entry) for entry in self.gone))

    @property
    def assumptions(self) -> tuple[Row, ...]:
        """What the text says and its team only assumes."""
        rows = (row for row in self.rows if row.sentence)
        return tuple(row for row in rows if row.entry and row.entry.kind == "assumed")


@lru_cache(maxsize=64)
def numbers_of(document: Document) -> Ledger:
    """Return the numbers of a release, each with its entry or None, and entries without words.

    Numbers of the customer's quote and of the questions are left out unless an entry names them.
    """
    numbers = tuple(
        stated
        for text in Reading(document, "full", date.min).everything
        for stated in _stated_in(text, document.evidence)
        if stated.entry or _ASKED.fullmatch(stated.path)
    )
    present = {stated.entry for stated in numbers}
    return Ledger(numbers, tuple(entry for entry in document.evidence if entry not in present))


def entries_for(
    text: Text, places: Sequence[Place], evidence: Sequence[Evidence]
) -> list[Evidence | None]:
    """Return for each of these places the longest entry whose words stand around it, or None.

    Places are in order and do not overlap.
    """
    found: list[Evidence | None] = [None] * len(places)
    starts = [place.start for place in places]
    lowered = _lowered(text.text)
    for entry in sorted(evidence, key=lambda entry: -len(entry.key)):
        for words in _pattern(entry.words).finditer(lowered):
            index = bisect_left(starts, words.start())
            while index < len(places) and places[index].end <= words.end():
                found[index] = found[index] or entry
                index += 1
    return found


def _stated_in(text: Text, evidence: Sequence[Evidence]) -> Iterator[Stated]:
    if text.path.endswith((".speaker", ".role", ".label")):
        return
    places = list(_places(text))
    sentences = spans_of(text.sentences)
    for place, entry in zip(places, entries_for(text, places, evidence), strict=True):
        words = text.text[place.start : _end_of_unit(text, place)]
        sentence = text.sentences[sentences.index(place.start)].text
        yield Stated(text.path, words, sentence, entry)


def _places(text: Text) -> Iterator[Place]:
    """Where numbers stand: "7 of 10" is one."""
    claims = list(claims_in(text, is_of_the_world=True))
    spans = spans_of(claims)
    seen = -1
    for number in numbers_in(text.text, text.language):
        index = spans.index(number.start)
        if index < 0:
            yield Place(number.start, number.end)
        elif index != seen:
            yield claims[index]
        seen = index


def _end_of_unit(text: Text, place: Place) -> int:
    """Where "items" ends in "83 of 100 items", or "a month" in "£4 a month"."""
    end = place.end
    if _last_of(text, place).kind == "count":
        unit = _COUNTER if text.language in UNSPACED else _COUNTED
        found = unit.match(text.text, end)
        end = found.end() if found else end
    return end_of_period(text.text, end)


def _last_of(text: Text, place: Place) -> Number:
    """The number with which a place ends."""
    numbers = numbers_in(text.text, text.language)
    return numbers[bisect_left(numbers, place.end, key=lambda number: number.end)]


def _lowered(text: str) -> str:
    # The only letter that takes two characters when it is made small.
    return text.replace("\u0130", "i").lower()


@lru_cache(maxsize=1024)
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, _lowered(words).split())))
