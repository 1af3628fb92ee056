"""A11: figures by which the company measures itself, where customers read."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.acronyms import acronyms_in, explained_otherwise
from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import Place, find_listed
from wbtest.writing.coach.lists import languages_of, words_of
from wbtest.writing.coach.numbers import numbers_in, pairs_of
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.spans import spans_of

_WORD = re.compile(r"\w+")
# At most one word stands between the number and the people: "10,000 paying customers".
_COUNTED = re.compile(r"(?:\W{1,3}\w+)?\W{1,3}(\w[\w\-]*)")
LONGEST_COUNTED = 60


def check(reading: Reading) -> Iterator[Mark]:
    """Mark the terms, and a goal of so many customers, but for what is the customers' own word."""
    texts = [*reading.release, *(t for e in reading.external for t in (e.asked, e.answer))]
    theirs = _words_of_customers(reading, texts)
    for text in texts:
        fine = theirs | _meant_otherwise([text])
        goals = set(_goals(text))
        terms = {
            place
            for place in (*find_listed(text, "metrics"), *acronyms_in(text.text))
            if text.text[place.start : place.end].lower().rstrip("s") not in fine
        }
        reach = 0
        for place in sorted(goals | terms):
            if place.start >= reach:
                reach = place.end
                yield text.mark(place.start, place.end, "stop", _message(text, place, goals))


def _message(text: Text, place: Place, goals: set[Place]) -> str:
    if place in goals:
        return "This is your goal, not the customer’s."
    words = text.text[place.start : place.end]
    return f"“{words}” is how you measure yourselves; no customer asks for it."


def _goals(text: Text) -> Iterator[Place]:
    """Where a sentence about our goal counts customers: "Our goal is 10,000 users".

    Whoever is to be reached is one, whatever people they are: "We aim to reach 500 bakers".
    """
    customers = words_of(text.language, "audience")
    yield from _counting(text, "goals", customers)
    yield from _counting(text, "reaching", customers | words_of(text.language, "reached"))


def _counting(text: Text, name: str, people: frozenset[str]) -> Iterator[Place]:
    """From a phrase of the list called ``name`` to the people whom its sentence counts."""
    begun = find_listed(text, name)
    if not begun:
        return
    sentences = spans_of(text.sentences)
    ends: dict[int, int] = {}
    for number in numbers_in(text.text, text.language):
        if not text.text[number.start].isdecimal():
            continue  # "Our goal is that two customers share a ride."
        counted = _end_of_counted(text.text, number.end, people)
        if counted:
            ends.setdefault(sentences.index(number.start), counted)
    for place in begun:
        end = ends.get(sentences.index(place.start), 0)
        if end > place.end:
            yield Place(place.start, end)


def _end_of_counted(text: str, end: int, people: frozenset[str]) -> int:
    """Where the people end who are counted by the number before, 0 when it counts others."""
    counted = _COUNTED.match(text, end, min(len(text), end + LONGEST_COUNTED))
    words = _WORD.finditer(text, end, counted.end()) if counted else ()
    return next((word.end() for word in words if word[0].lower() in people), 0)


def _words_of_customers(reading: Reading, texts: list[Text]) -> set[str]:
    """Terms that customers call their own: of the segment, or explained so."""
    document = reading.document
    own = f"{document.segment} {document.product}".lower()
    theirs = {term for text in texts for term in explained_otherwise(text.text)}
    theirs |= set(_WORD.findall(own))
    # An acronym means one thing in the whole release, a word may mean two.
    theirs |= _meant_otherwise(texts) & pairs_of("any", "metrics").keys()
    return theirs | {word.rstrip("s") for word in theirs}


def _meant_otherwise(texts: list[Text]) -> set[str]:
    """Terms that mean something else in these texts: the churn beside milk."""
    words = {token.text for text in texts for token in text.tokens}
    contexts = pairs_of("any", "metrics_fine").items()
    return {term for term, context in contexts if not words.isdisjoint(context.split(", "))}


RULE = Rule(
    id="A11",
    title="No internal metrics",
    severity="stop",
    languages=languages_of("metrics"),
    why="A customer does not care how you measure your business; it shows whom you wrote for.",
    source="Bryar & Carr, Working Backwards, ch. 5; Doc Bar Raisers",
    mend="Say it in the customer’s units: hours, money, kilometres. Yours go to the internal FAQ.",
    before="Larder raises ARR and lowers churn.",
    after="A family throws away £26 less a month.",
    check=check,
    is_honesty=True,
)
