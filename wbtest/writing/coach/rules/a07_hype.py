"""A7: claims that no customer would make."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule, Severity
from wbtest.writing.coach.listed import find_listed
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.numbers import numbers_in
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.spans import spans_of
from wbtest.writing.coach.superlatives import superlatives_in


def check(reading: Reading) -> Iterator[Mark]:
    """Mark each word of hype, and each promise of ease or speed in a sentence without a number."""
    for text in reading.prose:
        severity: Severity = "stop" if text.path == "headline" else "warn"
        for place in find_listed(text, "hype"):
            words = text.text[place.start : place.end]
            yield text.mark(
                place.start, place.end, severity, f"“{words}” is a claim no customer would make."
            )
        for place in superlatives_in(text):
            words = text.text[place.start : place.end]
            yield text.mark(
                place.start, place.end, severity, f"Nobody can check “{words}”.", "Say by how much."
            )
        yield from _promises(text, severity)


def _promises(text: Text, severity: Severity) -> Iterator[Mark]:
    # A sentence with a number says how easy or how fast; without one it only claims it.
    places = find_listed(text, "ease")
    if not places:
        return
    sentences = spans_of(text.sentences)
    starts = [number.start for number in numbers_in(text.text, text.language)]
    starts += [place.start for place in find_listed(text, "measured")]
    starts += [one.start for one in text.sentences if any(map(str.isdecimal, one.text))]
    measured = {sentences.index(start) for start in starts}
    for place in places:
        if sentences.index(place.start) not in measured:
            words = text.text[place.start : place.end]
            yield text.mark(
                place.start,
                place.end,
                severity,
                f"How “{words}” is it?",
                "Give the number: minutes, steps, clicks. Or show it happening.",
            )


RULE = Rule(
    id="A7",
    title="No hype",
    severity="warn; stop in the headline",
    languages=languages_of("hype"),
    why="A reader who meets a big word stops believing the small ones.",
    source="Bryar & Carr, Working Backwards, ch. 5; Amazon writing tips",
    mend="Say what happens instead, so that the reader finds the word.",
    before="A revolutionary way to plan dinner.",
    after="Two photos, two questions, five dinners.",
    check=check,
)
