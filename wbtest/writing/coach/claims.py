"""Numbers that say something about the world: how many, how much people lose, how long it takes.

What the product costs and does is its own affair; so are days, times and the story of one person.
Pure.
"""

import re
from collections.abc import Iterator
from functools import cache

from wbtest.writing.coach.listed import Place, find_listed
from wbtest.writing.coach.lists import words_of
from wbtest.writing.coach.numbers import Number, numbers_in, pairs_of
from wbtest.writing.coach.reading import Text
from wbtest.writing.coach.spans import Spans, spans_of

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
    names = [name for name, period in pairs_of("any", "periods").items() if period in RATES]
    either = "|".join(
        re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)) if len(name) > 1
    )
    return re.compile(rf"(?<![A-Za-zÀ-ɏ])(?:{either})(?![A-Za-zÀ-ɏ])", re.IGNORECASE)


@cache
def _durations(language: str) -> re.Pattern[str]:
    names = "|".join(sorted(words_of(language, "durations"), key=lambda n: (-len(n), n)))
    return re.compile(rf"[ \u00a0\-]?(?:{names})" if names else r"(?!)", re.IGNORECASE)
