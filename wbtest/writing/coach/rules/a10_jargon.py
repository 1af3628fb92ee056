"""A10: words of the office, and those that the team does not want."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import find_listed
from wbtest.writing.coach.lists import Phrases, languages_of
from wbtest.writing.coach.reading import Reading, Text

_DENSE_FROM = "\u0e00"


def check(reading: Reading) -> Iterator[Mark]:
    """Mark words of the list, and the team's own in any language, once each place."""
    allowed = {word.strip().lower() for word in reading.settings.allowed}
    own = Phrases(reading.settings.jargon)
    for text in reading.prose:
        found = dict.fromkeys(_own_places(text, own, reading.settings.jargon), "")
        wanted = {(place.start, place.end) for place in find_listed(text, "jargon")}
        for hit in text.find("jargon"):
            if (hit.start, hit.end) in wanted:
                found.setdefault((hit.start, hit.end), hit.entry.instead)
        reach = 0
        for (start, end), instead in sorted(found.items()):
            words = text.text[start:end]
            if start >= reach and words.lower() not in allowed:
                reach = end
                mend = f"Plainer: {instead}." if instead else ""
                yield text.mark(start, end, "warn", f"“{words}” is a word of the office.", mend)


def _own_places(text: Text, own: Phrases, jargon: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for hit in text.find_in(own):
        yield hit.start, hit.end
    # Thai, Chinese and Japanese put no spaces between words: look anywhere.
    for term in {term.strip() for term in jargon}:
        if term and term[0] >= _DENSE_FROM:
            start = text.text.find(term)
            while start >= 0:
                yield start, start + len(term)
                start = text.text.find(term, start + len(term))


RULE = Rule(
    id="A10",
    title="No jargon",
    severity="warn",
    words_in=languages_of("jargon"),
    why="Who must translate a word stops reading; who uses it may not know what they mean.",
    source="Amazon writing tips; Bryar & Carr, Working Backwards, ch. 5",
    mend="Say it as you would to a friend across a table.",
    before="Larder leverages end-to-end synergies in the kitchen.",
    after="Larder uses what is in the fridge.",
    check=check,
)
