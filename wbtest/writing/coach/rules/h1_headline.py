"""H1: a headline that says what the product is for a customer."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import UNSPACED, find_listed
from wbtest.writing.coach.lists import languages_of, words_of
from wbtest.writing.coach.naming import without_product
from wbtest.writing.coach.reading import Reading, Text

FEWEST_LETTERS = 3
# A character of Japanese, Chinese or Korean says as much as several letters.
FEWEST_CHARACTERS = 2
MOST_SMALL = 3
FIRST_CHARACTER = "\u3040"


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a headline that is missing, or is hardly more than the product's name."""
    headline = reading.text("headline")
    if headline is None:
        yield reading.missing("headline", "headline", "stop", "The headline is missing.")
        return
    if not _says_something(_left(headline, reading.document.product)):
        yield headline.mark_all("stop", "The headline is only a name.")


def _left(headline: Text, product: str) -> str:
    """The headline without the product's name and words that only announce.

    Small words are left out too, unless they are a saying of their own: “Be there before you are”.
    """
    named = without_product(headline.text, product)
    rest = Text(headline.path, headline.part, headline.section, named, headline.language)
    if headline.language in UNSPACED:
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


RULE = Rule(
    id="H1",
    title="The headline says what it is for a customer",
    severity="stop",
    why="It is all that most people read: without a benefit nobody stops scrolling.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Write one sentence: who gets what.",
    before="Larder",
    after="Larder plans five weeknight dinners from what is already in your kitchen",
    check=check,
    words_in=languages_of("headline_filler"),
    is_honesty=True,
    is_wording=False,
)
