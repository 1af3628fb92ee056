"""The release as it is sent to journalists, without what only the team may read. Pure."""

from collections.abc import Iterator

from wbtest.writing.document import WORDS_A_PAGE, Document, length
from wbtest.writing.formats.parts import (
    answers,
    call,
    missing,
    prose,
    quotation,
    spoken,
)
from wbtest.writing.formats.pieces import (
    Adapted,
    Button,
    Heading,
    Limit,
    Paragraph,
    Section,
    filled,
)
from wbtest.writing.formats.words import FormatWords, words_for
from wbtest.writing.languages import long_day
from wbtest.writing.wording import paragraphs

LONGEST_HEADLINE = 80
MOST_WORDS = WORDS_A_PAGE * 3 // 2
CONTACT = "A press release ends with somebody to call. Add a name, a number and an address."


def press_release(document: Document) -> Adapted:
    """Return the release for the press."""
    words = words_for(document.language)
    return Adapted(
        language=document.language,
        ours=words.language,
        title=document.headline,
        description=document.subheading,
        sections=filled(_sections(document, words)),
        limits=(
            Limit("headline", len(document.headline), LONGEST_HEADLINE, "a reader takes in"),
            Limit("release", length(document)[0], MOST_WORDS, "one and a half pages hold", "words"),
        ),
        notes=(*missing(document, "headline", "subheading"), *spoken(document, words), CONTACT),
    )


def _sections(document: Document, words: FormatWords) -> Iterator[Section]:
    yield Section("head", (Heading(document.headline, 1), *prose(document.subheading)))
    yield Section("opening", tuple(_opening(document)))
    for name in ("problem", "alternative", "solution", "why_now"):
        yield Section(name, prose(getattr(document, name)))
    yield Section("quote", quotation(document.company_quote))
    yield Section("quote", quotation(document.customer_quote, words.imagined))
    action = call(document.call_to_action, words)
    # On paper nobody presses anything.
    yield Section("action", tuple(piece for piece in action if not isinstance(piece, Button)))
    yield Section("end", (Paragraph("###"),))
    yield answers(document, words.questions)


def _opening(document: Document) -> Iterator[Paragraph]:
    """The summary, after city and day."""
    place = document.dateline
    day = long_day(place.date, document.language)
    lead = ", ".join(words for words in (place.city.strip().upper(), day) if words)
    first, *rest = paragraphs(document.summary) or ("",)
    if first or lead:
        yield Paragraph(first, f"{lead}." if lead else "")
    yield from map(Paragraph, rest)
