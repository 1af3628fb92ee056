"""A18: the customer comes before the company."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import Phrases, languages_of
from wbtest.writing.coach.reading import Reading, Text

# A note when more than one sentence in so many begins with the company.
ONE_IN = 3
FEWEST = 3
MOST_MARKS = 8
# "Founder of Mill Lane Foods": behind the last of these stands the maker's name.
BEFORE_MAKER = frozenset((",", "of", "at", "von", "bei", "chez", "de", "en"))


def check(reading: Reading) -> Iterator[Mark]:
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
            start,
            end,
            "note",
            f"{len(found)} of {sentences} sentences begin with the company.",
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


RULE = Rule(
    id="A18",
    title="The customer before the company",
    severity="note",
    languages=languages_of("company"),
    why="Readers look for themselves; where the company comes first they feel advertised to.",
    source="Ian McAllister on working backwards; Amazon writing tips",
    mend="Begin with the customer: who they are, what they do, what changes for them.",
    before="We built Larder. Our app plans dinners. We save parents an hour.",
    after="Parents take a photo of the fridge, and dinner is planned.",
    check=check,
)
