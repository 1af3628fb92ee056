"""Q2: the customer speaks of themselves, and of before and after."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import UNSPACED, has_listed
from wbtest.writing.coach.lists import Token, languages_of, phrases, words_of
from wbtest.writing.coach.quotes import spoken
from wbtest.writing.coach.reading import Reading, Text

PATH = "customer_quote.text"
_PART_OF_WORD = re.compile(r"\w+")
PAST_ENDINGS: dict[str, tuple[str, ...]] = {"en": ("ed",)}
# A word may stand between who speaks and the verb: "I never knew".
REACH = 3


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a customer quote without a word for “I”, and one without a before or an after."""
    quote = reading.text(PATH)
    if reading.form == "short" or quote is None:
        return
    said = spoken(quote)
    if not _is_first_person(said):
        yield reading.missing(
            PATH,
            "customer_quote",
            "warn",
            "The customer does not speak of themselves.",
            "Let them say “I” or “we”.",
        )
    if not has_listed(said, "before_after") and not _tells_of_both(said):
        yield reading.missing(
            PATH,
            "customer_quote",
            "warn",
            "The quote does not say what was before, or what is now.",
            "Say what they used to do and what they do now.",
        )


def _is_first_person(said: Text) -> bool:
    """Whether a word for the speaker is there, or an ending that does without one."""
    endings = tuple(words_of(said.language, "first_person_endings"))
    if said.language in UNSPACED:
        # An ending says who acts only as long as nobody else is named.
        is_own = any(ending in said.text for ending in endings)
        return has_listed(said, "first_person") or (is_own and not has_listed(said, "third_person"))
    parts = _parts(said)
    if any(True for _ in phrases(said.language, "first_person").find(said.text, parts)):
        return True
    return bool(endings) and any(part.text.endswith(endings) for part in parts)


def _tells_of_both(said: Text) -> bool:
    """Whether verbs of the speaker tell of the past and of now: “I had forgotten. Now I sing.”

    They stand beside a word for the speaker, where the language has one.
    """
    words = [part.text for part in _parts(said)]
    speaker = words_of(said.language, "speaker")
    if speaker:
        places = [place for place, word in enumerate(words) if word in speaker]
        words = [word for place in places for word in words[max(0, place - 1) : place + REACH]]
    past, present = words_of(said.language, "past"), words_of(said.language, "present")
    endings = PAST_ENDINGS.get(said.language, ())
    was = any(word in past or (word.endswith(endings) and word not in present) for word in words)
    return was and not present.isdisjoint(words)


def _parts(said: Text) -> list[Token]:
    """Its words, where "j’ai" and "I’m" are two."""
    return [
        Token(found.start(), found.end(), found[0].lower())
        for found in _PART_OF_WORD.finditer(said.text)
    ]


RULE = Rule(
    id="Q2",
    title="First person, before and after",
    severity="warn",
    languages=languages_of("first_person"),
    why="What changed in one life says more than any praise of the product.",
    source="Bryar & Carr, Working Backwards, ch. 5; Doc Bar Raisers",
    mend="Let one person say what it was like before, and what it is like now.",
    before="Larder is a helpful product for families.",
    after="I used to dread half past five. Now I cook and sit down.",
    check=check,
)
