"""Q4: the customer quote is not forced: their own words, hardly a number, no hype, not long."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import tokens_of, words_of
from wbtest.writing.coach.quotes import spoken
from wbtest.writing.coach.reading import Reading, Text

PART = "customer_quote"
RUN = 4
# Of a copied run, so many words must be more than "at the end of".
FEWEST_CONTENT_WORDS = 2
RUN_OF_CHARACTERS = 12
MOST_NUMBERS = 1
MOST_WORDS = 60
_NUMBER = re.compile(r"(?<![A-Za-z0-9_])\d[\d.,:/٫٬–-]*")
_CHARACTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark copied runs, each number after the first, words of hype and what is too long."""
    quote = reading.text("customer_quote.text")
    if reading.form == "short" or quote is None:
        return
    said = spoken(quote)
    yield from _copied(reading, said)
    yield from _numbers(reading, said)
    for hit in said.find("hype"):
        words = said.text[hit.start : hit.end]
        yield said.mark(hit.start, hit.end, "warn", f"No customer says “{words}” to a friend.")
    if said.words > MOST_WORDS:
        # In scripts without spaces there is no sixty-first word to begin from.
        start = said.tokens[MOST_WORDS].start if len(said.tokens) > MOST_WORDS else 0
        yield said.mark(
            start,
            len(said.text.rstrip()),
            "warn",
            f"The quote has {said.words} words; {MOST_WORDS} are plenty.",
            "Keep the two sentences they would say across a table.",
        )


def _copied(reading: Reading, said: Text) -> Iterator[Mark]:
    others = [text for text in reading.prose if text.part != PART]
    for start, end in (*_runs_of_words(reading, said, others), *_runs_of_characters(said, others)):
        yield said.mark(
            start,
            end,
            "warn",
            "These words stand in the release already.",
            "Let the customer find their own.",
        )


def _runs_of_words(reading: Reading, said: Text, others: list[Text]) -> list[tuple[int, int]]:
    known: set[tuple[str, ...]] = set()
    for text in others:
        each = [token.text for token in text.tokens]
        known.update(zip(*(each[offset:] for offset in range(RUN)), strict=False))
    plain = words_of(reading.language, "common") | {
        token.text for token in tokens_of(reading.document.product)
    }
    runs = []
    for index in range(len(said.tokens) - RUN + 1):
        run = said.tokens[index : index + RUN]
        words = tuple(token.text for token in run)
        if words in known and sum(word not in plain for word in words) >= FEWEST_CONTENT_WORDS:
            runs.append((run[0].start, run[-1].end))
    return _joined(runs)


def _runs_of_characters(said: Text, others: list[Text]) -> list[tuple[int, int]]:
    places = [found.start() for found in _CHARACTER.finditer(said.text)]
    if len(places) < RUN_OF_CHARACTERS:
        return []
    known: set[str] = set()
    for text in others:
        characters = "".join(_CHARACTER.findall(text.text))
        known.update(
            characters[index : index + RUN_OF_CHARACTERS]
            for index in range(len(characters) - RUN_OF_CHARACTERS + 1)
        )
    characters = "".join(said.text[place] for place in places)
    return _joined(
        [
            (places[index], places[index + RUN_OF_CHARACTERS - 1] + 1)
            for index in range(len(places) - RUN_OF_CHARACTERS + 1)
            if characters[index : index + RUN_OF_CHARACTERS] in known
        ]
    )


def _joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The runs, with those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _numbers(reading: Reading, said: Text) -> Iterator[Mark]:
    name = reading.document.product
    found = [number for number in _NUMBER.finditer(said.text) if number[0] not in name]
    for number in found[MOST_NUMBERS:]:
        figures = number[0].rstrip(".,:/–-")
        yield said.mark(
            number.start(),
            number.start() + len(figures),
            "warn",
            f"There are {len(found)} numbers in the quote; people tell a friend of one at most.",
            "Move the figures to the solution.",
        )


RULE = Rule(
    id="Q4",
    title="The customer quote is not forced",
    severity="warn",
    why="A quote that sounds like the release makes the whole release sound made up.",
    source="Doc Bar Raisers; Bryar & Carr, Working Backwards, ch. 5",
    mend="Read it aloud: would a customer say it across a table?",
    before="Larder’s seamless photo plan saved me 26 pounds and 4 hours.",
    after="I used to dread half past five. Now I cook.",
    check=check,
)
