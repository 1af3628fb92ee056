"""Rules on headline and subheading: what it is, for which customers, what gets better."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from wbtest.writing.coach.document_reader import (
    UNSPACED_LANGUAGES,
    Mark,
    Place,
    Reading,
    Text,
    find_listed,
)
from wbtest.writing.coach.names import without_product
from wbtest.writing.coach.same_thing import find_anybody, is_anybody, is_named
from wbtest.writing.coach.word_lists import Phrases, Token, tokens_of, words_of

FEWEST_LETTERS = 3
# A character of Japanese, Chinese or Korean says as much as several letters.
FEWEST_CHARACTERS = 2
MOST_SMALL = 3
FIRST_CHARACTER = "\u3040"


def check_headline(reading: Reading) -> Iterator[Mark]:
    """Mark a headline that is missing, or is hardly more than the product's name."""
    headline = reading.text("headline")
    if headline is None:
        yield reading.missing("headline", "stop", "The headline is missing.")
        return
    if not _says_something(_left(headline, reading.document.product)):
        yield headline.mark_all("stop", "The headline is only a name.")


def _left(headline: Text, product: str) -> str:
    """The headline without the product's name and words that only announce.

    Small words are left out too, unless they are a saying of their own: “Be there before you are”.
    """
    named = without_product(headline.text, product)
    rest = Text(headline.path, headline.part, headline.section, named, headline.language)
    if headline.language in UNSPACED_LANGUAGES:
        left, end = [], 0
        for place in find_listed(rest, "headline_filler"):
            left.append(rest.text[end : place.start])
            end = place.end
        return " ".join((*left, rest.text[end:]))
    filler = words_of(rest.language, "headline_filler")
    words = [token.text for token in rest.tokens if token.text not in filler]
    if named == headline.text and len(words) == len(rest.tokens):
        return named
    words = [word for word in words if not word.isdecimal()]
    small = words_of(rest.language, "function_words")
    return " ".join(words if len(words) > MOST_SMALL else [w for w in words if w not in small])


def _says_something(left: str) -> bool:
    letters = [letter for letter in left if letter.isalpha()]
    is_dense = any(letter >= FIRST_CHARACTER for letter in letters)
    return len(letters) >= (FEWEST_CHARACTERS if is_dense else FEWEST_LETTERS)


MOST_WORDS = 12
# In letters of the Latin width; a Japanese, Chinese or Korean one takes two.
MOST_LETTERS = 80
# "About 80": so much more is let pass.
LEEWAY = 8
_WIDE = "WF"
_WORD = re.compile(r"\S+")


def check_short_headline(reading: Reading) -> Iterator[Mark]:
    """Mark what goes beyond twelve words, or beyond about 80 letters."""
    headline = reading.text("headline")
    if headline is None:
        return
    text = headline.text.rstrip()
    words = [
        found for found in _WORD.finditer(text) if any(letter.isalnum() for letter in found[0])
    ]
    if len(words) > MOST_WORDS:
        yield headline.mark(
            Place(words[MOST_WORDS].start(), len(text)),
            "note",
            f"The headline has {len(words)} words. Aim for {MOST_WORDS} or fewer.",
        )
        return
    widths = [2 if unicodedata.east_asian_width(letter) in _WIDE else 1 for letter in text]
    if sum(widths) <= MOST_LETTERS + LEEWAY:
        return
    has_wide = 2 in widths
    most = MOST_LETTERS // 2 if has_wide else MOST_LETTERS
    yield headline.mark(
        Place(_first_beyond(text, widths), len(text)),
        "note",
        f"The headline has {len(text)} characters. Aim for about {most} or fewer.",
    )


def _first_beyond(text: str, widths: list[int]) -> int:
    """Where the word begins that does not fit any more; in scripts without spaces, the letter."""
    place = bisect_right(list(accumulate(widths)), MOST_LETTERS)
    if text[place].isspace():
        return place + 1
    start = place
    while start and widths[start - 1] == 1 and not text[start - 1].isspace():
        start -= 1
    return start or place


def check_no_technology(reading: Reading) -> Iterator[Mark]:
    """Mark technology in the headline."""
    headline = reading.text("headline")
    if headline is None:
        return
    found = find_listed(headline, "technology")
    subject = [] if found else _subject(headline, reading.document.segment)
    for place in (*subject, *found):
        yield headline.mark(place, "warn", "“{}” is how it’s built, not what it does.")


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


def check_one_sentence(reading: Reading) -> Iterator[Mark]:
    """Mark what follows the first sentence."""
    subheading = reading.text("subheading")
    if subheading is not None and len(subheading.sentences) > 1:
        second, last = subheading.sentences[1], subheading.sentences[-1]
        yield subheading.mark(
            Place(second.start, last.end), "warn", "The subheading is longer than one sentence."
        )


LONGEST_SHOWN = 80


def check_segment(reading: Reading) -> Iterator[Mark]:
    """Mark a subheading that is missing or names others than the segment, and a missing segment."""
    segment = " ".join(reading.document.segment.split())
    subheading = reading.text("subheading")
    if subheading is None:
        yield reading.missing("subheading", "stop", "The subheading is missing.")
    elif segment and not is_named(segment, subheading.text, reading.language, "anybody"):
        shown = segment if len(segment) <= LONGEST_SHOWN else f"{segment[:LONGEST_SHOWN]}…"
        yield subheading.mark_all("warn", f"The subheading doesn’t name “{shown}”.")
    # The short form does not ask for it.
    if reading.form == "full" and not segment:
        yield reading.missing(
            "segment",
            "note",
            "Nothing says who it’s for yet.",
            "Name the customers in a few words: “parents who cook on weeknights”.",
        )


def check_not_everyone(reading: Reading) -> Iterator[Mark]:
    """Mark a segment, and words of the subheading, that could mean anybody."""
    segment = " ".join(reading.document.segment.split())
    is_vague = is_anybody(segment, reading.language)
    if is_vague:
        length = len(reading.document.segment)
        yield Mark("segment", "subheading", 0, length, "warn", f"“{segment}” could be anybody.")
    subheading = reading.text("subheading")
    if subheading is None:
        return
    if segment and not is_vague and is_named(segment, subheading.text, reading.language):
        return
    for place in find_anybody(subheading):
        yield subheading.mark(place, "warn", "“{}” could be anybody.")


def check_benefit(reading: Reading) -> Iterator[Mark]:
    """Mark a subheading in which no verb of change has anything behind it, and no number stands.

    What the segment says already (farmers who *sell* at the gate) is no benefit, and no name is.
    """
    subheading = reading.text("subheading")
    if subheading is None or any(letter.isnumeric() for letter in subheading.text):
        return
    document = reading.document
    known = {token.text for token in tokens_of(f"{document.segment} {document.product}")}
    last = subheading.tokens[-1].end if subheading.tokens else 0
    for hit in subheading.find("benefit"):
        words = subheading.text[hit.start : hit.end].lower()
        if hit.end < last and words not in known:
            return
    yield subheading.mark_all("warn", "The subheading doesn’t say what gets better.")


# A note when more than one sentence in so many begins with the company.
ONE_IN = 3
FEWEST = 3
MOST_MARKS = 8
# "Founder of Mill Lane Foods": behind the last of these stands the maker's name.
BEFORE_MAKER = frozenset((",", "of", "at", "von", "bei", "chez", "de", "en"))


def check_customer_first(reading: Reading) -> Iterator[Mark]:
    """Mark what sentences begin with, eight at most, when over a third begin with the company.

    People who are quoted speak for themselves.
    """
    texts = [text for text in reading.prose if not text.part.endswith("_quote")]
    maker = Phrases(_maker(reading))
    found = [(text, place) for text in texts for place in _beginnings(text, maker)]
    sentences = sum(len(text.sentences) for text in texts)
    if len(found) < FEWEST or ONE_IN * len(found) <= sentences:
        return
    for text, (start, end) in found[:MOST_MARKS]:
        yield text.mark(
            Place(start, end),
            "note",
            f"{len(found)} of {sentences} sentences start with the company.",
        )


def _beginnings(text: Text, maker: Phrases) -> Iterator[tuple[int, int]]:
    """The words for the company with which a sentence begins."""
    first = {sentence.start for sentence in text.sentences}
    hits = {*text.find("company"), *text.find_in(maker)}
    yield from sorted((hit.start, hit.end) for hit in hits if hit.start in first)


def _maker(reading: Reading) -> tuple[str, ...]:
    """The company's name, where the speaker's role tells it and it is not the product's."""
    words = reading.document.company_quote.role.replace("*", "").replace(",", " , ").split()
    places = [index for index, word in enumerate(words) if word.lower() in BEFORE_MAKER]
    name = " ".join(words[places[-1] + 1 :]) if places else ""
    is_product = name.casefold() == reading.document.product.strip().casefold()
    return () if not name[:1].isupper() or is_product else (name, f"{name}'s")
