"""A12: the release speaks on the day of the launch, not before it."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import Place, find_listed
from wbtest.writing.coach.lists import languages_of, words_of
from wbtest.writing.coach.quotes import quotations_in
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.spans import spans_of

_STOP = re.compile(r"[.!?;:]")
# What customers say of their own lives, and what happens after the button was pressed.
FREE_TO_SAY = ("customer_quote.text", "call_to_action.text")
# Where people live today, a future is theirs, unless the product or the company has it.
OF_TODAY = ("problem", "alternative")
OURS = frozenset(("we", "app", "service"))
# How many words before the subject may begin a clause.
REACH = 3


def check(reading: Reading) -> Iterator[Mark]:
    """Mark what is still to come for the product, the company or its customers.

    “Will” is marked behind a subject only: it is a name too, and a thing that people sign.
    """
    document = reading.document
    small = words_of(reading.language, "function_words")
    about = set(f"{document.product} {document.segment}".lower().split()) - small
    product = frozenset(document.product.lower().split()[-1:])
    everybody = words_of(reading.language, "subjects") | product | about
    for text in reading.prose:
        quoted = spans_of(quotations_in(text.text))
        subjects = OURS | product if text.path in OF_TODAY else everybody
        for place in find_listed(text, "future"):
            # Who sells roadmaps may name them.
            named = about & set(text.text[place.start : place.end].lower().split())
            if not (quoted.covers(place.start) or named):
                yield _mark(text, place)
        for place in () if text.path in FREE_TO_SAY else _to_come(text, subjects):
            if not quoted.covers(place.start):
                yield _mark(text, place)


def _to_come(text: Text, subjects: frozenset[str]) -> Iterator[Place]:
    """Where a future follows one of these subjects: “it will”, “we’ll”."""
    tokens = text.tokens
    for place in find_listed(text, "future_ours"):
        index = bisect_left(tokens, place.start, key=lambda token: token.start) - 1
        is_next = index >= 0 and text.text[tokens[index].end : place.start].isspace()
        if is_next and text.text[place.start].islower() and _is_main(text, index, subjects):
            yield place
    for index, token in enumerate(tokens):
        if token.text.endswith("'ll") and _is_main(text, index, subjects):
            yield Place(token.start, token.end)


def _is_main(text: Text, index: int, subjects: frozenset[str]) -> bool:
    """Whether this word is such a subject, and not in a clause like “that a family will eat”."""
    tokens = text.tokens
    if tokens[index].text.removesuffix("'ll") not in subjects:
        return False
    before = tokens[max(0, index - REACH) : index]
    relative = words_of(text.language, "relative")
    # A sentence that ended in between leaves its clause behind.
    return not any(
        token.text in relative and _STOP.search(text.text, token.end, tokens[index].start) is None
        for token in before
    )


def _mark(text: Text, place: Place) -> Mark:
    words = text.text[place.start : place.end]
    return text.mark(place.start, place.end, "warn", f"“{words}” says that it is not there yet.")


RULE = Rule(
    id="A12",
    title="Written as launched",
    severity="warn",
    languages=languages_of("future"),
    why="What is written as if it were there shows its gaps; what is promised hides them.",
    source="Ian McAllister on working backwards; Bryar & Carr, Working Backwards, ch. 5",
    mend="Write it as of the launch day: “plans”, not “will plan”.",
    before="Larder will plan five dinners.",
    after="Larder plans five dinners.",
    check=check,
)
