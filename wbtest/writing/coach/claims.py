"""Numbers that claim something, and the numbers of a release beside the evidence for them. Pure.

A claim says how many, how much people lose, or how long it takes.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from wbtest.writing.coach.document_reader import (
    UNSPACED_LANGUAGES,
    Place,
    Reading,
    Spans,
    Text,
    find_listed,
    spans_of,
)
from wbtest.writing.coach.numbers import Number, either, end_of_period, numbers_in, pairs_of
from wbtest.writing.coach.word_lists import words_of
from wbtest.writing.document import Document, Evidence, is_spelled, words_key

ALL_OF_IT = 100
# From here on a number is no longer one person's story.
MANY = 10_000
ROUND = (10, 100, 1000)
RATES = ("month", "year", "week", "day", "hour")


def claims_in(text: Text, is_of_the_world: bool) -> Iterator[Place]:
    """Yield the claims of a text. ``is_of_the_world``: it tells of people, not of the product."""
    numbers = numbers_in(text.text, text.language)
    if not numbers:
        return
    sentences = spans_of(text.sentences)
    rated = {sentences.index(place.start) for place in _rates(text)} if is_of_the_world else set()
    priced = {sentences.index(place.start) for place in find_listed(text, "discounts")}
    ones = {place.end: place for place in find_listed(text, "one_in")}
    skip = -1
    for index, number in enumerate(numbers):
        following = numbers[index + 1] if index + 1 < len(numbers) else None
        sentence = sentences.index(number.start)
        if index == skip:
            continue
        if one := _one_in(text, number, ones):
            yield one
            continue
        if following and _is_share(text, number, following, sentences):
            skip = index + 1
            yield Place(number.start, following.end)
        elif number.kind == "percent":
            if sentence not in priced and number.value not in (0, ALL_OF_IT):
                yield Place(number.start, number.end)
        elif is_of_the_world and _is_large(text, number, sentence in rated):
            yield Place(number.start, number.end)


def _one_in(text: Text, number: Number, ones: dict[int, Place]) -> Place | None:
    """Where "one in three" stands, when this is the three, and no time: one in three minutes."""
    one = ones.get(number.start - 1)
    is_time = bool(_durations(text.language).match(text.text, number.end))
    if one is None or number.kind != "count" or is_time:
        return None
    return Place(one.start, number.end)


def _is_share(text: Text, part: Number, whole: Number, sentences: Spans) -> bool:
    """Whether these are "7 of 10": two counts, and nothing but a small word between them."""
    if part.kind != "count" or whole.kind != "count" or part.value > whole.value:
        return False
    between = text.text[part.end : whole.start].strip().lower()
    is_same = sentences.index(part.start) == sentences.index(whole.start)
    is_time = bool(_durations(text.language).match(text.text, whole.end))
    if not is_same or is_time:
        return False
    return between in words_of(text.language, "of_all") or _is_noun_in(text, between, whole)


def _is_noun_in(text: Text, between: str, whole: Number) -> bool:
    """Whether these are "nine children in ten"."""
    noun, _, last = between.partition(" ")
    is_round = whole.value in ROUND
    return is_round and noun.isalpha() and last in words_of(text.language, "in_ten")


def _is_large(text: Text, number: Number, is_rated: bool) -> bool:
    """Whether it is money or time by the week or month, or more than one person ever counts."""
    if number.kind == "money":
        return is_rated or number.value >= MANY * ALL_OF_IT
    if _durations(text.language).match(text.text, number.end):
        return is_rated
    return number.value >= MANY


def _rates(text: Text) -> Iterator[Place]:
    for found in _rate_words().finditer(text.text):
        yield Place(found.start(), found.end())


@cache
def _rate_words() -> re.Pattern[str]:
    periods = pairs_of("any", "periods").items()
    names = [name for name, period in periods if period in RATES and len(name) > 1]
    return re.compile(rf"(?<![A-Za-zÀ-ɏ])(?:{either(names)})(?![A-Za-zÀ-ɏ])", re.IGNORECASE)


@cache
def _durations(language: str) -> re.Pattern[str]:
    names = words_of(language, "durations")
    return re.compile(rf"[ \u00a0\-]?(?:{either(names)})" if names else r"(?!)", re.IGNORECASE)


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


class NumberRow(NamedTuple):
    """Numbers that rest on the same; ``sentence`` is the first one's, ``more`` counts the others.

    A row whose words are gone from the text has no sentence.
    """

    words: str
    entry: Evidence | None
    sentence: str = ""
    more: int = 0

    @property
    def has_source(self) -> bool:
        """Whether the team has said what it rests on."""
        return self.entry is not None and self.entry.is_complete


class Ledger(NamedTuple):
    """Every number of a release in reading order, and entries whose words are gone from it."""

    numbers: tuple[Stated, ...]
    gone: tuple[Evidence, ...]

    @property
    def rows(self) -> tuple[NumberRow, ...]:
        """One for numbers with the same words or entry; then one for each entry that is gone."""
        found: dict[str, NumberRow] = {}
        for number in self.numbers:
            words = number.entry.words if number.entry else number.words
            first = found.get(words_key(words))
            more = first.more + 1 if first else 0
            sentence = first.sentence if first else number.sentence
            found[words_key(words)] = NumberRow(
                first.words if first else words, number.entry, sentence, more
            )
        return (*found.values(), *(NumberRow(entry.words, entry) for entry in self.gone))

    @property
    def figures(self) -> tuple[NumberRow, ...]:
        """The rows in the text that need a source: no numbers in words of which nothing is said."""
        return tuple(
            row for row in self.rows if row.sentence and (row.entry or not is_spelled(row.words))
        )

    @property
    def assumptions(self) -> tuple[NumberRow, ...]:
        """What the text says and its team only assumes."""
        return tuple(row for row in self.figures if row.entry and row.entry.kind == "assumed")


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
        unit = _COUNTER if text.language in UNSPACED_LANGUAGES else _COUNTED
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
