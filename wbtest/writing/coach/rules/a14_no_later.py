"""A14: nothing is put off, unless somebody settles it by a day."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import Place, find_listed
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.notes import notes_in
from wbtest.writing.coach.quotes import quotations_in
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.spans import spans_of
from wbtest.writing.document import OpenQuestion

# People may not know yet what they will do; these texts are about them.
OF_PEOPLE = ("problem", "alternative", "customer_quote.text")
NAMES = (".speaker", ".role")
# Half of it is about people, half about the product; there "we" is the company.
OURS_TOO = "alternative"
WE = re.compile(r"(?:we|let)\b", re.IGNORECASE)
# How many characters may stand between "we decide" and "later".
REACH = 50


def check(reading: Reading) -> Iterator[Mark]:
    """Mark what is put off; in the internal FAQ only where nobody settles it by a day."""
    for text in reading.release:
        mend = "Decide it, or leave it out of the release."
        if text.path not in OF_PEOPLE and not text.path.endswith(NAMES):
            yield from _put_off(text, mend)
        elif text.path == OURS_TOO:
            yield from _put_off(text, mend, is_ours_only=True)
    for entry in reading.external:
        yield from _put_off(entry.answer, "Decide it, or take the question out.")
    for entry in reading.internal:
        if not _is_settled(entry.question.open):
            yield from _put_off(entry.answer, "Say who settles it, by when, and how.")


def _is_settled(unknown: OpenQuestion | None) -> bool:
    if unknown is None:
        return False
    return all(part.strip() for part in (unknown.owner, unknown.until, unknown.settled_by))


def _put_off(text: Text, mend: str, *, is_ours_only: bool = False) -> Iterator[Mark]:
    if is_ours_only:
        found = [place for place in _decided_later(text) if WE.match(text.text, place.start)]
    else:
        found = [
            *{*find_listed(text, "later"), *notes_in(text, "later_alone"), *_decided_later(text)}
        ]
    found.sort()
    if not found:
        return
    quoted = spans_of(quotations_in(text.text))
    reach = 0
    for place in found:
        if place.start >= reach and not quoted.covers(place.start):
            reach = place.end
            words = text.text[place.start : place.end]
            yield text.mark(place.start, place.end, "stop", f"“{words}” decides nothing.", mend)


def _decided_later(text: Text) -> Iterator[Place]:
    """Where a verb of deciding and a time that is none stand together in a sentence."""
    times = find_listed(text, "later_when")
    if not times:
        return
    sentences = spans_of(text.sentences)
    theirs = [place.start for place in find_listed(text, "later_yours")]
    starts = [time.start for time in times]
    verbs = [(verb, False) for verb in find_listed(text, "later_verbs")]
    verbs += [(verb, True) for verb in find_listed(text, "later_weak")]
    for verb, is_weak in verbs:
        index = bisect_left(starts, verb.end)
        if index == len(times):
            continue
        time = times[index]
        is_near = time.start - verb.end <= REACH
        is_same = sentences.index(verb.start) == sentences.index(time.start)
        is_yours = bisect_left(theirs, verb.end) < bisect_left(theirs, time.start)
        is_vague = not is_weak or " " in text.text[time.start : time.end]
        if is_near and is_same and is_vague and not is_yours:
            yield Place(verb.start, time.end)


RULE = Rule(
    id="A14",
    title="Nothing is left for later",
    severity="stop; in the internal FAQ not when owner, date and what settles it are given",
    languages=languages_of("later"),
    why="An unknown is fine when somebody settles it by a day; without that it is a hole.",
    source="Carr on truth-seeking (workingbackwards.com); Bryar & Carr, Working Backwards, ch. 5",
    mend="Decide it now, or give it an owner, a date and a way to settle it.",
    before="We’ll figure out the price later.",
    after="£4 or £6? Priya settles it by 15 April with two test pages.",
    check=check,
    is_honesty=True,
    is_wording=False,
)
