"""A release in the formats that teams use: press release, blog post, app store, landing page. Pure.

What only the team may read is removed before any of them sees the document. The limits of the app
stores are those of App Store Connect and the Play Console.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from wbtest.writing import languages, release_files, text_rules
from wbtest.writing.document import WORDS_A_PAGE, CallToAction, Document, length
from wbtest.writing.format_blocks import (
    SEARCH_DESCRIPTION,
    SEARCH_TITLE,
    AdaptedRelease,
    Block,
    BlockSection,
    ButtonBlock,
    FormatWords,
    HeadingBlock,
    LengthLimit,
    ParagraphBlock,
    call_to_action,
    faq_section,
    language_notes,
    missing_parts,
    price_block,
    prose_blocks,
    quote_blocks,
    titled_section,
    without_empty,
    words_for,
)

LONGEST_PRESS_HEADLINE = 80
MOST_PRESS_WORDS = WORDS_A_PAGE * 3 // 2
CONTACT = "A press release ends with someone to call. Add a name, a phone number and an address."


def _adapted(
    document: Document,
    words: FormatWords,
    sections: Iterator[BlockSection],
    *,
    limits: tuple[LengthLimit, ...],
    notes: tuple[str, ...],
    missing: tuple[str, ...] = (),
) -> AdaptedRelease:
    """A format with the headline on top; first among its notes is what is ``missing``."""
    return AdaptedRelease(
        language=document.language,
        ours=words.language,
        title=document.headline,
        description=document.subheading,
        sections=without_empty(sections),
        limits=limits,
        notes=(
            *missing_parts(document, "headline", "subheading"),
            *missing,
            *language_notes(document, words),
            *notes,
        ),
    )


def _search_limits(document: Document, title: str) -> tuple[LengthLimit, LengthLimit]:
    """What search engines show of a page whose title is called ``title``."""
    shown = "search results show about"
    return (
        LengthLimit(title, len(document.headline), SEARCH_TITLE, shown),
        LengthLimit("meta description", len(document.subheading), SEARCH_DESCRIPTION, shown),
    )


def press_release(document: Document) -> AdaptedRelease:
    """Return the release for the press."""
    words = words_for(document.language)
    return _adapted(
        document,
        words,
        _press_sections(document, words),
        limits=(
            LengthLimit(
                "headline", len(document.headline), LONGEST_PRESS_HEADLINE, "a reader takes in"
            ),
            LengthLimit(
                "release",
                length(document)[0],
                MOST_PRESS_WORDS,
                "one and a half pages hold",
                "words",
            ),
        ),
        notes=(CONTACT,),
    )


def _press_sections(document: Document, words: FormatWords) -> Iterator[BlockSection]:
    yield BlockSection(
        "head", (HeadingBlock(document.headline, 1), *prose_blocks(document.subheading))
    )
    yield BlockSection("opening", tuple(_opening(document)))
    for name in ("problem", "alternative", "solution", "why_now"):
        yield BlockSection(name, prose_blocks(getattr(document, name)))
    yield BlockSection("quote", quote_blocks(document.company_quote))
    yield BlockSection("quote", quote_blocks(document.customer_quote, words.imagined))
    action = call_to_action(document.call_to_action, words)
    # On paper nobody presses anything.
    yield BlockSection(
        "action", tuple(piece for piece in action if not isinstance(piece, ButtonBlock))
    )
    yield BlockSection("end", (ParagraphBlock("###"),))
    yield faq_section(document, words.questions)


def _opening(document: Document) -> Iterator[ParagraphBlock]:
    """The summary, after city and day."""
    place = document.dateline
    day = languages.long_day(place.date, document.language)
    lead = ", ".join(words for words in (place.city.strip().upper(), day) if words)
    first, *rest = text_rules.paragraphs(document.summary) or ("",)
    if first or lead:
        yield ParagraphBlock(first, f"{lead}." if lead else "")
    yield from map(ParagraphBlock, rest)


OWN_HEADINGS = "The subheadings are ours. Replace them with your own."


def blog_post(document: Document) -> AdaptedRelease:
    """Return the release as a post."""
    words = words_for(document.language)
    return _adapted(
        document,
        words,
        _blog_sections(document, words),
        limits=_search_limits(document, "title"),
        notes=(OWN_HEADINGS,),
    )


def _blog_sections(document: Document, words: FormatWords) -> Iterator[BlockSection]:
    product = document.product
    yield BlockSection(
        "head", (HeadingBlock(document.headline, 1), *prose_blocks(document.subheading))
    )
    yield BlockSection("opening", prose_blocks(document.summary))
    yield titled_section("problem", words.how_it_is, document.problem)
    yield titled_section("alternative", words.what_is_better, document.alternative)
    yield titled_section("solution", words.what_changes.format(product=product), document.solution)
    yield BlockSection("quote", quote_blocks(document.company_quote))
    yield titled_section("why_now", words.why_possible, document.why_now)
    yield BlockSection("quote", quote_blocks(document.customer_quote, words.imagined))
    yield faq_section(document, words.what_people_ask)
    action = tuple(call_to_action(document.call_to_action, words))
    title = HeadingBlock(words.how_to_start, is_ours=True)
    yield BlockSection("action", (title, *action) if action else ())


APPLE, GOOGLE = "the App Store shows", "Google Play shows"
NO_QUOTES = (
    "Quotes are left out: Google Play allows no testimonials in a description, and the customer’s "
    "is imagined."
)
NO_PRICE = "The price is left out: each store shows its own."
NO_QUESTIONS = "The questions are left out: put them on the page that the store links to for help."


def app_store(document: Document) -> AdaptedRelease:
    """Return the texts of both stores; the description is the same in the two."""
    words = words_for(document.language)
    description = "\n\n".join(_store_description(document, words))
    name, short, promotion = document.product, document.headline, document.subheading
    left_out = {
        NO_QUOTES: document.company_quote.text or document.customer_quote.text,
        NO_PRICE: document.call_to_action.price,
        NO_QUESTIONS: document.faq,
    }
    return AdaptedRelease(
        language=document.language,
        ours=words.language,
        title=name,
        description=short,
        sections=without_empty(_store_sections(name, short, promotion, description)),
        limits=(
            LengthLimit("name", len(name), 30, APPLE),
            LengthLimit("subtitle", len(short), 30, APPLE),
            LengthLimit("promotional text", len(promotion), 170, APPLE),
            LengthLimit("title", len(name), 30, GOOGLE),
            LengthLimit("short description", len(short), 80, GOOGLE),
            LengthLimit("description", len(description), 4_000, "both stores show"),
        ),
        notes=(
            *missing_parts(document, "product", "headline", "subheading"),
            *language_notes(document, words),
            *(sentence for sentence, text in left_out.items() if text),
        ),
    )


def _store_sections(
    name: str, short: str, promotion: str, description: str
) -> Iterator[BlockSection]:
    apple, google = (HeadingBlock(store, 1, True) for store in ("App Store", "Google Play"))
    yield BlockSection("name", (apple, *_store_line("Name", name)))
    yield BlockSection("subtitle", _store_line("Subtitle", short))
    yield BlockSection("promotional_text", _store_line("Promotional text", promotion))
    yield BlockSection("title", (google, *_store_line("Title", name)))
    yield BlockSection("short_description", _store_line("Short description", short))
    yield BlockSection(
        "description", _store_field("Description, for both", *prose_blocks(description))
    )


def _store_line(label: str, text: str) -> tuple[Block, ...]:
    """A field of one line: what begins with a dash there is no list."""
    return _store_field(label, ParagraphBlock(text)) if text.strip() else ()


def _store_field(label: str, *body: Block) -> tuple[Block, ...]:
    return (HeadingBlock(label, 2, True), *body) if body else ()


def _store_description(document: Document, words: FormatWords) -> Iterator[str]:
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
        body = text_rules.paragraphs(text)
        if body:
            yield from [title, *body] if title else body


LONGEST_LANDING_HEADLINE = 80
LONGEST_BUTTON = 25
ELSEWHERE = (
    "This text is for a page elsewhere. Your test page here is made from an approved revision."
)


def landing_page(document: Document) -> AdaptedRelease:
    """Return the words of the page, the button twice."""
    words = words_for(document.language)
    action = document.call_to_action
    no_button = () if _label(action) else ("The button has no text yet.",)
    return _adapted(
        document,
        words,
        _landing_sections(document, words),
        limits=(
            LengthLimit(
                "headline", len(document.headline), LONGEST_LANDING_HEADLINE, "a glance takes in"
            ),
            LengthLimit("button", len(_label(action)), LONGEST_BUTTON, "one line of a phone shows"),
            *_search_limits(document, "page title"),
        ),
        notes=(ELSEWHERE,),
        missing=no_button,
    )


def _landing_sections(document: Document, words: FormatWords) -> Iterator[BlockSection]:
    action, product = document.call_to_action, document.product
    button = _button(action)
    hero: tuple[Block, ...] = (
        HeadingBlock(document.headline, 1),
        *prose_blocks(document.subheading),
    )
    yield BlockSection("hero", (*hero, *button, *price_block(action, words)))
    yield titled_section("problem", words.today, document.problem)
    yield titled_section(
        "solution",
        words.with_product.format(product=product),
        "\n\n".join((document.summary, document.solution)),
    )
    yield titled_section("alternative", words.difference, document.alternative)
    yield titled_section("why_now", words.why_now, document.why_now)
    yield BlockSection("quote", quote_blocks(document.customer_quote, words.imagined))
    yield faq_section(document, words.questions)
    has_sentence = action.text.strip() and action.text != _label(action)
    last = HeadingBlock(action.text if has_sentence else words.again, 2, not has_sentence)
    yield BlockSection("again", (last, *button) if button else ())


def _label(action: CallToAction) -> str:
    return action.label.strip() or action.text.strip()


def _button(action: CallToAction) -> tuple[ButtonBlock, ...]:
    return (ButtonBlock(_label(action)),) if _label(action) else ()


class ReleaseFormat(NamedTuple):
    """A form by its name in addresses and on the page."""

    name: str
    label: str
    make: Callable[[Document], AdaptedRelease]


FORMATS = {
    form.name: form
    for form in (
        ReleaseFormat("press-release", "Press release", press_release),
        ReleaseFormat("blog-post", "Blog post", blog_post),
        ReleaseFormat("app-store", "App store", app_store),
        ReleaseFormat("landing-page", "Landing page", landing_page),
    )
}


def adapt(document: Document, name: str) -> AdaptedRelease:
    """Return the release in the form of this name, one of ``FORMATS``."""
    return FORMATS[name].make(release_files.for_customers(document))
