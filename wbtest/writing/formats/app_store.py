"""The release as the texts of an app store: Apple's and Google's fields, filled and counted. Pure.

The limits are those of App Store Connect and the Play Console. Keywords are no words of a release.
"""

from collections.abc import Iterator

from wbtest.writing.document import Document
from wbtest.writing.formats.parts import missing, prose, spoken
from wbtest.writing.formats.pieces import (
    Adapted,
    Heading,
    Limit,
    Paragraph,
    Piece,
    Section,
    filled,
)
from wbtest.writing.formats.words import FormatWords, words_for
from wbtest.writing.wording import paragraphs

APPLE, GOOGLE = "the App Store shows", "Google Play shows"
NO_QUOTES = (
    "Quotes are left out: Google Play allows no testimonials in a description, and the customer’s "
    "is imagined."
)
NO_PRICE = "The price is left out: each store shows its own."
NO_QUESTIONS = "The questions are left out: put them on the page that the store links to for help."


def app_store(document: Document) -> Adapted:
    """Return the texts of both stores; the description is the same in the two."""
    words = words_for(document.language)
    description = "\n\n".join(_description(document, words))
    name, short, promotion = document.product, document.headline, document.subheading
    left_out = {
        NO_QUOTES: document.company_quote.text or document.customer_quote.text,
        NO_PRICE: document.call_to_action.price,
        NO_QUESTIONS: document.faq,
    }
    return Adapted(
        language=document.language,
        ours=words.language,
        title=name,
        description=short,
        sections=filled(_sections(name, short, promotion, description)),
        limits=(
            Limit("name", len(name), 30, APPLE),
            Limit("subtitle", len(short), 30, APPLE),
            Limit("promotional text", len(promotion), 170, APPLE),
            Limit("title", len(name), 30, GOOGLE),
            Limit("short description", len(short), 80, GOOGLE),
            Limit("description", len(description), 4_000, "both stores show"),
        ),
        notes=(
            *missing(document, "product", "headline", "subheading"),
            *spoken(document, words),
            *(sentence for sentence, text in left_out.items() if text),
        ),
    )


def _sections(name: str, short: str, promotion: str, description: str) -> Iterator[Section]:
    apple, google = (Heading(store, 1, True) for store in ("App Store", "Google Play"))
    yield Section("name", (apple, *_line("Name", name)))
    yield Section("subtitle", _line("Subtitle", short))
    yield Section("promotional_text", _line("Promotional text", promotion))
    yield Section("title", (google, *_line("Title", name)))
    yield Section("short_description", _line("Short description", short))
    yield Section("description", _field("Description, for both", *prose(description)))


def _line(label: str, text: str) -> tuple[Piece, ...]:
    """A field of one line: what begins with a dash there is no list."""
    return _field(label, Paragraph(text)) if text.strip() else ()


def _field(label: str, *body: Piece) -> tuple[Piece, ...]:
    return (Heading(label, 2, True), *body) if body else ()


def _description(document: Document, words: FormatWords) -> Iterator[str]:
    """Paragraphs and the lines above them; a store shows plain text."""
    product = document.product
    for title, text in (
        ("", document.summary),
        (words.today, document.problem),
        (words.with_product.format(product=product), document.solution),
        (words.difference, document.alternative),
        (words.why_now, document.why_now),
        ("", document.call_to_action.text),
    ):
        body = paragraphs(text)
        if body:
            yield from [title, *body] if title else body
