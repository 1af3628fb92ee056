"""H2: a headline that can be read at a glance."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.reading import Reading

MOST_WORDS = 12
# In letters of the Latin width; a Japanese, Chinese or Korean one takes two.
MOST_LETTERS = 80
# "About 80": so much more is let pass.
LEEWAY = 8
_WIDE = "WF"
_WORD = re.compile(r"\S+")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark what goes beyond twelve words, or beyond about 80 letters."""
    headline = reading.text("headline")
    if headline is None:
        return
    text = headline.text.rstrip()
    words = [
        found for found in _WORD.finditer(text) if any(letter.isalnum() for letter in found[0])
    ]
    if len(words) > MOST_WORDS:
        yield headline.mark(
            words[MOST_WORDS].start(),
            len(text),
            "note",
            f"The headline has {len(words)} words; {MOST_WORDS} are plenty.",
        )
        return
    widths = [2 if unicodedata.east_asian_width(letter) in _WIDE else 1 for letter in text]
    if sum(widths) <= MOST_LETTERS + LEEWAY:
        return
    has_wide = 2 in widths
    most = MOST_LETTERS // 2 if has_wide else MOST_LETTERS
    yield headline.mark(
        _first_beyond(text, widths),
        len(text),
        "note",
        f"The headline has {len(text)} characters; about {most} are plenty.",
    )


def _first_beyond(text: str, widths: list[int]) -> int:
    """Where the word begins that does not fit any more; in scripts without spaces, the letter."""
    place = bisect_right(list(accumulate(widths)), MOST_LETTERS)
    if text[place].isspace():
        return place + 1
    start = place
    while start and widths[start - 1] == 1 and not text[start - 1].isspace():
        start -= 1
    return start or place


RULE = Rule(
    id="H2",
    title="The headline is short",
    severity="note",
    why="A headline is read at a glance or not at all.",
    source="Ian McAllister’s answer on working backwards",
    mend="Keep the customer’s one benefit; the subheading has room for the rest.",
    before="Larder is the app that helps parents to plan all of their weeknight dinners at home",
    after="Five weeknight dinners from what is already in your kitchen",
    check=check,
)
