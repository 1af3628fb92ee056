"""H3: what a thing is built with is no news for a customer."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import find_listed
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.reading import Reading


def check(reading: Reading) -> Iterator[Mark]:
    """Mark technology in the headline."""
    headline = reading.text("headline")
    if headline is None:
        return
    for place in find_listed(headline, "technology"):
        words = headline.text[place.start : place.end]
        yield headline.mark(
            place.start, place.end, "warn", f"“{words}” is how it is built, not what it does."
        )


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
