"""C1: the call to action says what to do, where, and what it costs."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from wbtest.writing.coach.finding import Mark, Rule, Severity
from wbtest.writing.coach.listed import UNSPACED, has_listed
from wbtest.writing.coach.lists import Phrases, languages_of, words_of
from wbtest.writing.coach.reading import Reading, Text

PART = "call_to_action"
# As many digits are a number to call.
SHORTEST_PHONE = 7
_ADDRESS = re.compile(r"[@/]|\w\.\w")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a call to action without its sentence, its button or its price; note a missing place.

    In the short form the sentence may stand in for the button, and the button for the sentence.
    """
    text, label = reading.text("call_to_action.text"), reading.text("call_to_action.label")
    lonely: Severity = "note" if reading.form == "short" and (text or label) else "stop"
    if text is None:
        yield _missing(
            reading,
            "text",
            lonely,
            "The call to action is missing.",
            "Write one sentence: what to do, where, and what it costs.",
        )
    if label is None:
        yield _missing(
            reading,
            "label",
            lonely,
            "The button has no words.",
            "Say what happens when it is pressed: “Book our evening”.",
        )
    if reading.text("call_to_action.price") is None and not (text and _has_price(text)):
        yield _missing(
            reading,
            "price",
            "stop",
            "Nothing says what it costs.",
            "Say the price, or that it is free.",
        )
    if text is not None and _names_no_place(text):
        yield _missing(
            reading,
            "text",
            "note",
            "It does not say where; on the test page the button is the place.",
            "Name the address, the shop or the number.",
        )


def _missing(reading: Reading, field: str, severity: Severity, message: str, mend: str) -> Mark:
    return reading.missing(f"call_to_action.{field}", PART, severity, message, mend)


def _has_price(text: Text) -> bool:
    """Whether money or a word for “free” is named, in any language."""
    if any(unicodedata.category(letter) == "Sc" for letter in text.text):
        return True
    return any(True for _ in text.find_in(_prices())) or has_listed(text, "price")


@cache
def _prices() -> Phrases:
    """The words of all languages with spaces: “gratis” is understood in most of them."""
    known = [language for language in languages_of("price") if language not in UNSPACED]
    return Phrases(line for language in known for line in words_of(language, "price"))


def _names_no_place(text: Text) -> bool:
    """Whether no address, number to call or word for a place is there, in a language we know."""
    is_known = text.language in languages_of("where")
    digits = sum(letter.isdecimal() for letter in text.text)
    is_reachable = bool(_ADDRESS.search(text.text)) or digits >= SHORTEST_PHONE
    return is_known and not is_reachable and not has_listed(text, "where")


RULE = Rule(
    id="C1",
    title="One verb, one place, and the price",
    severity="stop if missing; note",
    why="Who wants it now must know what to do and what it costs; a test measures just that.",
    source="Bryar & Carr, Working Backwards, ch. 5; Ian McAllister on working backwards",
    mend="Write one sentence: what to do, where, and what it costs.",
    before="Larder is available now.",
    after="Take your first photo at larder.example. Free for two weeks, then £4 a month.",
    check=check,
    is_honesty=True,
    is_wording=False,
    stops_before="start",
)
