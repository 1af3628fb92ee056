"""What a text counts: "plans five dinners" is 5 of (plans, dinners). Pure."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from wbtest.writing.coach.listed import find_listed
from wbtest.writing.coach.lists import Token, words_of
from wbtest.writing.coach.numbers import Kind, Number, numbers_in
from wbtest.writing.coach.reading import Text
from wbtest.writing.coach.spans import Spans, spans_of

_NEXT_WORD = re.compile(r"[\s\-‐‑]*[^\W\d_]+")
FEWEST_LETTERS = 3
# How many words may stand between a number and the only thing of its kind: "$50K first prize".
REACH = 3


# In place of a currency, for a number of which nothing says what it counts: "a prize of 50,000".
NO_UNIT = "?"


class Counted(NamedTuple):
    """A number at characters ``start`` to ``end``, and all that says what it is the number of."""

    start: int
    end: int
    value: Decimal
    key: tuple[str, ...]
    thing: str
    paragraph: int


def things_done(text: Text) -> Iterator[Counted]:
    """Yield numbers between a word and a thing: (plans, dinners); measures are left out.

    Only in languages with lists of small words and of measures.
    """
    skipped = words_of(text.language, "function_words") | words_of(text.language, "measures")
    if not words_of(text.language, "measures"):
        return
    paragraphs = spans_of(text.paragraphs)
    for number, before, behind in _with_neighbours(text):
        if before and behind:
            verb, thing = before[-1].text, behind[0].text
            words = (verb, thing)
            if not any(word in skipped or len(word) < FEWEST_LETTERS for word in words):
                yield _counted(paragraphs, number, (verb.rstrip("s"), thing), thing)


def things_named(text: Text) -> Iterator[Counted]:
    """Yield numbers with either of the two words behind them, for a headline: (dinners,)."""
    skipped = words_of(text.language, "function_words") | words_of(text.language, "measures")
    if not words_of(text.language, "measures"):
        return
    paragraphs = spans_of(text.paragraphs)
    for number, _, behind in _with_neighbours(text):
        for token in behind[:2]:
            if token.text not in skipped and len(token.text) >= FEWEST_LETTERS:
                yield _counted(paragraphs, number, (token.text,), token.text)


def paid_for(text: Text) -> Iterator[Counted]:
    """Yield prices of a thing between a verb and it: "gets £6 a plate" is (get, plate, gbp)."""
    joints = words_of(text.language, "per")
    if not joints:
        return
    measures = words_of(text.language, "measures")
    paragraphs = spans_of(text.paragraphs)
    for number, before, behind in _with_neighbours(text, "money"):
        if before and len(behind) > 1 and behind[0].text in joints:
            verb, thing = before[-1].text, behind[1].text
            if thing not in measures and min(len(verb), len(thing)) >= FEWEST_LETTERS:
                yield _counted(
                    paragraphs, number, (verb.rstrip("s"), thing, number.currency), thing
                )


def only_ones(text: Text) -> Iterator[Counted]:
    """Yield the sizes of things of which there is one: a prize of $50K, a 14-day trial.

    The key ends in the currency, '' where the number counts something else, and NO_UNIT.
    """
    places = find_listed(text, "only_one")
    if not places:
        return
    small = words_of(text.language, "function_words")
    numbers = numbers_in(text.text, text.language)
    starts = [number.start for number in numbers]
    ends = [number.end for number in numbers]
    tokens, paragraphs = text.tokens, spans_of(text.paragraphs)
    for place in places:
        thing = text.text[place.start : place.end].lower()
        at = bisect_left(tokens, place.start, key=lambda token: token.start)
        left = tokens[max(0, at - REACH) : at]
        # "prize of $50K"
        behind = bisect_left(starts, place.end)
        if behind < len(numbers):
            joint = text.text[place.end : numbers[behind].start].strip().lower()
            if joint in ("of", "is", "von", "de", "est de", "es de", ""):
                which = [token.text for token in left[-1:] if token.text not in small]
                number = numbers[behind]
                unit = _unit_of(number, text, small)
                yield _counted(paragraphs, number, (*which, thing, unit), thing)
                continue
        # "a $50K prize", "a 14-day free trial"
        before = bisect_left(ends, place.start + 1) - 1
        if before >= 0 and left and numbers[before].end > left[0].start:
            number = numbers[before]
            between = [token.text for token in left if token.start >= number.end]
            is_one_phrase = not any(
                sign in text.text[number.end : place.start] for sign in ".,;:()"
            )
            if is_one_phrase and small.isdisjoint(between):
                is_bare = not between and number.kind == "count"
                unit = NO_UNIT if is_bare else number.currency
                yield _counted(paragraphs, number, (*between, thing, unit), thing)


def _unit_of(number: Number, text: Text, small: frozenset[str]) -> str:
    """The currency, or NO_UNIT where the phrase ends behind a number that counts nothing."""
    if number.kind != "count":
        return number.currency
    rest = _NEXT_WORD.match(text.text, number.end)
    is_bare = rest is None or rest[0].strip().lower() in small
    return NO_UNIT if is_bare else ""


def _with_neighbours(
    text: Text, kind: Kind = "count"
) -> Iterator[tuple[Number, list[Token], list[Token]]]:
    """Numbers of a kind with the words that touch them before and behind, at most two."""
    tokens, raw = text.tokens, text.text
    for number in numbers_in(raw, text.language):
        if number.kind != kind:
            continue
        first = bisect_left(tokens, number.start, key=lambda token: token.start)
        after = bisect_left(tokens, number.end, key=lambda token: token.start)
        before = tokens[max(0, first - 1) : first]
        if before and not raw[before[0].end : number.start].isspace():
            before = []
        behind: list[Token] = []
        end = number.end
        for token in tokens[after : after + 2]:
            if not raw[end : token.start].isspace():
                break
            behind.append(token)
            end = token.end
        yield number, before, behind


def _counted(paragraphs: Spans, number: Number, key: tuple[str, ...], thing: str) -> Counted:
    paragraph = paragraphs.index(number.start)
    return Counted(number.start, number.end, number.value, key, thing, paragraph)
