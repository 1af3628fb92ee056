"""A17: every number about the world has a source, or is marked as an assumption."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.claims import claims_in
from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.ledger import entries_for
from wbtest.writing.coach.listed import find_listed
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.spans import Spans, spans_of

OF_THE_WORLD = ("problem", "alternative", "why_now")
OF_THE_PRODUCT = ("headline", "subheading", "summary", "solution", "company_quote.text")
# A link, a footnote, and a year in brackets: (Okafor, 2026).
_LINK = re.compile(r"https?://|www\.|\[\d{1,3}\]|[¹²³]|\([^()\n]{1,60}\b(?:19|20)\d\d\)")
# "When I come home, I want to …, so that …", in the words of each language.
_JOB = {
    "en": ("when", "want", "so that"),
    "de": ("wenn", "möchte", "damit"),
    "fr": ("quand", "veux", "pour"),
    "es": ("cuando", "quiero", "para"),
}


def check(reading: Reading) -> Iterator[Mark]:
    """Mark shares, large numbers, and money or time by the week, in paragraphs without a source.

    What the release's ledger says of a number is enough.
    """
    for text in reading.release:
        is_of_the_world = text.path in OF_THE_WORLD
        if not is_of_the_world and text.path not in OF_THE_PRODUCT:
            continue
        claims = list(claims_in(text, is_of_the_world))
        if not claims:
            continue
        paragraphs = spans_of(text.paragraphs)
        backed = _backed(text, paragraphs)
        entries = entries_for(text, claims, reading.document.evidence)
        for claim, entry in zip(claims, entries, strict=True):
            is_said = entry is not None and entry.is_complete
            if not is_said and paragraphs.index(claim.start) not in backed:
                words = text.text[claim.start : claim.end].strip()
                yield text.mark(
                    claim.start, claim.end, "warn", f"Nothing says where “{words}” comes from."
                )


def _backed(text: Text, paragraphs: Spans) -> set[int]:
    """Paragraphs that name a source or an assumption, or tell a job in the customer's words."""
    places = [place.start for place in find_listed(text, "sources")]
    places += [place.start for place in find_listed(text, "assumed")]
    places += [found.start() for found in _LINK.finditer(text.text)]
    backed = {paragraphs.index(place) for place in places}
    pieces = _JOB.get(text.language, ())
    for index, paragraph in enumerate(text.paragraphs):
        if pieces and _has_in_order(paragraph.text.lower(), pieces):
            backed.add(index)
    return backed


def _has_in_order(text: str, pieces: tuple[str, ...]) -> bool:
    place = 0
    for piece in pieces:
        place = text.find(piece, place)
        if place < 0:
            return False
    return True


RULE = Rule(
    id="A17",
    title="Every number has a source",
    severity="warn",
    languages=languages_of("sources"),
    why="A number without a source is a guess; marked as one, it is what the test must settle.",
    source="Carr on truth-seeking (workingbackwards.com); Amazon writing tips",
    mend="Name the source: a link, an interview, a count. Or write “we assume”. Under “Numbers” it "
    "stays inside the team.",
    before="A family throws away £60 of food a month.",
    after="In our diary study with 14 families, each threw away £60 of food a month.",
    check=check,
    is_honesty=True,
)
