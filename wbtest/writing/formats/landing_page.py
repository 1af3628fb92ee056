"""The release as the words of a landing page elsewhere; our own test page has its own way. Pure."""

from collections.abc import Iterator

from wbtest.writing.document import CallToAction, Document
from wbtest.writing.formats.parts import (
    SEARCH_DESCRIPTION,
    SEARCH_TITLE,
    answers,
    missing,
    price,
    prose,
    quotation,
    spoken,
    told,
)
from wbtest.writing.formats.pieces import Adapted, Button, Heading, Limit, Piece, Section, filled
from wbtest.writing.formats.words import FormatWords, words_for

LONGEST_HEADLINE = 80
LONGEST_BUTTON = 25
ELSEWHERE = (
    "These are the words for a page elsewhere. Your test page here is made of an approved revision."
)


def landing_page(document: Document) -> Adapted:
    """Return the words of the page, the button twice."""
    words = words_for(document.language)
    action = document.call_to_action
    no_button = () if _label(action) else ("The button has no words yet.",)
    return Adapted(
        language=document.language,
        ours=words.language,
        title=document.headline,
        description=document.subheading,
        sections=filled(_sections(document, words)),
        limits=(
            Limit("headline", len(document.headline), LONGEST_HEADLINE, "a glance takes in"),
            Limit("button", len(_label(action)), LONGEST_BUTTON, "one line of a phone shows"),
            Limit("page title", len(document.headline), SEARCH_TITLE, "search results show about"),
            Limit(
                "meta description",
                len(document.subheading),
                SEARCH_DESCRIPTION,
                "search results show about",
            ),
        ),
        notes=(
            *missing(document, "headline", "subheading"),
            *no_button,
            *spoken(document, words),
            ELSEWHERE,
        ),
    )


def _sections(document: Document, words: FormatWords) -> Iterator[Section]:
    action, product = document.call_to_action, document.product
    button = _button(action)
    hero: tuple[Piece, ...] = (Heading(document.headline, 1), *prose(document.subheading))
    yield Section("hero", (*hero, *button, *price(action, words)))
    yield told("problem", words.today, document.problem)
    yield told(
        "solution",
        words.with_product.format(product=product),
        "\n\n".join((document.summary, document.solution)),
    )
    yield told("alternative", words.difference, document.alternative)
    yield told("why_now", words.why_now, document.why_now)
    yield Section("quote", quotation(document.customer_quote, words.imagined))
    yield answers(document, words.questions)
    has_sentence = action.text.strip() and action.text != _label(action)
    last = Heading(action.text if has_sentence else words.again, 2, not has_sentence)
    yield Section("again", (last, *button) if button else ())


def _label(action: CallToAction) -> str:
    return action.label.strip() or action.text.strip()


def _button(action: CallToAction) -> tuple[Button, ...]:
    return (Button(_label(action)),) if _label(action) else ()
