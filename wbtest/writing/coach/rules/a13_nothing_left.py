"""A13: nothing is left to fill in."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.blanks import blanks_in, is_blank_line
from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import Place, find_listed
from wbtest.writing.coach.lists import phrases, words_of
from wbtest.writing.coach.notes import notes_in, unnamed_in
from wbtest.writing.coach.quotes import quotations_in
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.spans import spans_of

# Lines in which one word may be all there is, but not the word for what belongs there.
LINES = (
    "dateline.city",
    "company_quote.speaker",
    "customer_quote.speaker",
    "call_to_action.price",
)
# Lines that say where somebody is from.
WITH_PLACES = (".speaker", ".role", ".city")
_PARTS_OF_A_NAME = re.compile(r"[-‐‑][^\W\d_]")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark each blank in any text, and the names that only forms and textbooks have."""
    for text in (*reading.labels, *reading.everything):
        if (text.path in LINES and is_blank_line(text.text)) or not _has_words(text):
            yield text.mark_all("stop", "This is still to be filled in.")
            continue
        found = {*_blanks(text), *notes_in(text), *_phrases(text), *_names(text)}
        reach = 0
        for place in sorted(found, key=lambda place: (place.start, -place.end)):
            words = text.text[place.start : place.end]
            if place.start >= reach:
                reach = place.end
                message = f"“{words}” is still to be filled in."
                yield text.mark(place.start, place.end, "stop", message)
        yield from _sample_names(text)


def _has_words(text: Text) -> bool:
    """Whether there is more than signs; a button may be an arrow."""
    return text.path.endswith(".label") or any(letter.isalnum() for letter in text.text)


def _blanks(text: Text) -> Iterator[Place]:
    return blanks_in(text.text, text.language, text.path.endswith("_quote.text"))


def _phrases(text: Text) -> Iterator[Place]:
    """Phrases that writers leave; somebody who is quoted in the text may have said them."""
    found = find_listed(text, "placeholders")
    is_said = text.path.endswith("_quote.text")
    quoted = spans_of(quotations_in(text.text) if found and not is_said else ())
    return (place for place in found if not quoted.covers(place.start))


def _names(text: Text) -> Iterator[Place]:
    """Names that nobody has; a name that goes on behind a hyphen is another: Jane Doe-Martin."""
    for hit in phrases("any", "placeholder_names").find(text.text, text.tokens):
        if not _PARTS_OF_A_NAME.match(text.text, hit.end):
            yield Place(hit.start, hit.end)
    if text.path.endswith(WITH_PLACES):
        yield from unnamed_in(text)


def _sample_names(text: Text) -> Iterator[Mark]:
    """Names that forms show and real people have: only where somebody is quoted."""
    if text.path.endswith(".speaker") and text.text.strip().lower() in words_of(
        "any", "sample_names"
    ):
        yield text.mark_all(
            "note",
            f"“{text.text.strip()}” is the name that forms show.",
            "Give the person a name of their own.",
        )


RULE = Rule(
    id="A13",
    title="Nothing left to fill in",
    severity="stop",
    why="A blank that nobody filled in is a decision that nobody made.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Fill it in. What is not known belongs in the internal FAQ, with an owner and a date.",
    before="LEEDS, Nov XX: Larder costs £TBD a month.",
    after="LEEDS, 3 March 2027: Larder costs £4 a month.",
    check=check,
    is_honesty=True,
    is_wording=False,
)
