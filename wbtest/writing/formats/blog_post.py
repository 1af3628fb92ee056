"""The release as a blog post: a title that a search shows whole, and headings that say something.

Pure.
"""

from collections.abc import Iterator

from wbtest.writing.document import Document
from wbtest.writing.formats.parts import (
    SEARCH_DESCRIPTION,
    SEARCH_TITLE,
    answers,
    call,
    missing,
    prose,
    quotation,
    spoken,
    told,
)
from wbtest.writing.formats.pieces import Adapted, Heading, Limit, Section, filled
from wbtest.writing.formats.words import FormatWords, words_for

OWN_HEADINGS = "The headings in between are ours: put sentences of your own there."


def blog_post(document: Document) -> Adapted:
    """Return the release as a post."""
    words = words_for(document.language)
    return Adapted(
        language=document.language,
        ours=words.language,
        title=document.headline,
        description=document.subheading,
        sections=filled(_sections(document, words)),
        limits=(
            Limit("title", len(document.headline), SEARCH_TITLE, "search results show about"),
            Limit(
                "meta description",
                len(document.subheading),
                SEARCH_DESCRIPTION,
                "search results show about",
            ),
        ),
        notes=(
            *missing(document, "headline", "subheading"),
            *spoken(document, words),
            OWN_HEADINGS,
        ),
    )


def _sections(document: Document, words: FormatWords) -> Iterator[Section]:
    product = document.product
    yield Section("head", (Heading(document.headline, 1), *prose(document.subheading)))
    yield Section("opening", prose(document.summary))
    yield told("problem", words.how_it_is, document.problem)
    yield told("alternative", words.what_is_better, document.alternative)
    yield told("solution", words.what_changes.format(product=product), document.solution)
    yield Section("quote", quotation(document.company_quote))
    yield told("why_now", words.why_possible, document.why_now)
    yield Section("quote", quotation(document.customer_quote, words.imagined))
    yield answers(document, words.what_people_ask)
    action = tuple(call(document.call_to_action, words))
    title = Heading(words.how_to_start, is_ours=True)
    yield Section("action", (title, *action) if action else ())
