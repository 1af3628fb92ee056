"""A8: the company's own excitement, which is no news to a customer."""

from bisect import bisect_left
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import Place, find_listed
from wbtest.writing.coach.lists import languages_of, words_of
from wbtest.writing.coach.reading import Reading, Text

# How many words before it may name who is excited: "we are all very excited to".
REACH = 4
# Lists that name no one speak of people's feelings too: "Ben is excited to go to school".
NAMELESS = ("en",)


def check(reading: Reading) -> Iterator[Mark]:
    """Mark where the company says how it feels; customers may feel what they like."""
    for text in reading.prose:
        for place in find_listed(text, "excited"):
            if _is_of_the_company(text, place, reading.document.product):
                words = text.text[place.start : place.end]
                yield text.mark(
                    place.start, place.end, "warn", f"“{words}” is how you feel, not what they get."
                )


def _is_of_the_company(text: Text, place: Place, product: str) -> bool:
    is_customer = text.path == "customer_quote.text"
    if text.language not in NAMELESS:
        return not is_customer
    tokens = text.tokens
    index = bisect_left(tokens, place.start, key=lambda token: token.start)
    behind = bisect_left(tokens, place.end, key=lambda token: token.start)
    following = tokens[behind].text if behind < len(tokens) else ""
    if following in words_of(text.language, "announce"):
        return True
    before = {token.text for token in tokens[max(0, index - REACH) : index]}
    ours = words_of(text.language, "ours") | set(product.lower().split())
    return not is_customer and bool(before & ours)


RULE = Rule(
    id="A8",
    title="No company excitement",
    severity="warn",
    languages=languages_of("excited"),
    why="Every company is excited about its launch; a reader asks what it does for them.",
    source="Bryar & Carr, Working Backwards, ch. 5; Amazon writing tips",
    mend="Say why you did this, or what the customer can do now.",
    before="We are thrilled to announce Larder.",
    after="We counted what our own families threw away, and were ashamed.",
    check=check,
)
