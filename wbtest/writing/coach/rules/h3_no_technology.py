"""H3: what a thing is built with is no news for a customer."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import Place, find_listed
from wbtest.writing.coach.lists import Token, languages_of, words_of
from wbtest.writing.coach.reading import Reading, Text


def check(reading: Reading) -> Iterator[Mark]:
    """Mark technology in the headline."""
    headline = reading.text("headline")
    if headline is None:
        return
    found = find_listed(headline, "technology")
    subject = [] if found else _subject(headline, reading.document.segment)
    for place in (*subject, *found):
        words = headline.text[place.start : place.end]
        yield headline.mark(
            place.start, place.end, "warn", f"“{words}” is how it is built, not what it does."
        )


def _subject(headline: Text, segment: str) -> list[Place]:
    """The technology of which the headline speaks: “Machine learning waters the rows”.

    Who works with it is a customer: “Machine learning engineers sleep through the night”.
    """
    people = words_of(headline.language, "audience") | words_of(headline.language, "reached")
    return [
        place
        for place in find_listed(headline, "technology_first")
        if place.start == headline.tokens[0].start
        and headline.text[place.start : place.end].lower() not in segment.lower()
        and not any(token.text in people for token in _next(headline, place))
    ]


def _next(headline: Text, place: Place) -> list[Token]:
    """The word behind a place, if there is one."""
    return [token for token in headline.tokens if token.start > place.end][:1]


RULE = Rule(
    id="H3",
    title="Technology is not the news",
    severity="warn",
    languages=languages_of("technology"),
    why="Customers buy what changes for them; what is inside could be swapped unseen.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Take it out, and say what the customer gets.",
    before="AI-powered meal planning for parents",
    after="Parents get five dinners from one photo of the fridge",
    check=check,
)
