"""Rules on the call to action: what to do, where, what it costs, and only one thing to do."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from wbtest.writing.coach.document_reader import (
    UNSPACED_LANGUAGES,
    Mark,
    Reading,
    Severity,
    Text,
    has_listed,
)
from wbtest.writing.coach.word_lists import Phrases, languages_of, words_of

PART = "call_to_action"
# As many digits are a number to call.
SHORTEST_PHONE = 7
_DESTINATION = re.compile(r"[@/]|\w\.\w")


def check_call_to_action(reading: Reading) -> Iterator[Mark]:
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
            "It doesn’t say where. On the test page, the button does.",
            "Name the address, the shop or the number.",
        )


def _missing(reading: Reading, field: str, severity: Severity, message: str, fix: str) -> Mark:
    return reading.missing(f"call_to_action.{field}", PART, severity, message, fix)


def _has_price(text: Text) -> bool:
    """Whether money or a word for “free” is named, in any language."""
    if any(unicodedata.category(letter) == "Sc" for letter in text.text):
        return True
    return any(True for _ in text.find_in(_prices())) or has_listed(text, "price")


@cache
def _prices() -> Phrases:
    """The words of all languages with spaces: “gratis” is understood in most of them."""
    known = [language for language in languages_of("price") if language not in UNSPACED_LANGUAGES]
    return Phrases(line for language in known for line in words_of(language, "price"))


def _names_no_place(text: Text) -> bool:
    """Whether no address, number to call or word for a place is there, in a language we know."""
    is_known = text.language in languages_of("where")
    digits = sum(letter.isdecimal() for letter in text.text)
    is_reachable = bool(_DESTINATION.search(text.text)) or digits >= SHORTEST_PHONE
    return is_known and not is_reachable and not has_listed(text, "where")


_RUN = re.compile(r"\S+")
_LINK = re.compile(r"https?://|www\.")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|app|example|co|dev|ai|de|fr|es|uk)")
LONGEST_ADDRESS = 200
COMMAS = (",", "،", ";")
MESSAGE = "That is a second thing to do."


def check_one_action(reading: Reading) -> Iterator[Mark]:
    """Mark a second verb that “and”, “or” or a comma joins to the first, and a second address."""
    text = reading.text("call_to_action.text")
    if text is None:
        return
    yield from _second_verb(text)
    yield from _second_address(text)


def _second_verb(text: Text) -> Iterator[Mark]:
    joining = words_of(text.language, "joining")
    between = words_of(text.language, "between_actions")
    verbs = {verb.start: verb for verb in text.find("actions")}
    ends = iter([sentence.end for sentence in text.sentences])
    end, first, is_joined = -1, None, False
    begins, opens, last = True, False, 0
    for token in text.tokens:
        while token.start >= end:
            end, first, begins, opens = next(ends), None, True, False
        verb = verbs.get(token.start)
        # “Forward it, call us”: a list of things to do begins with the first of them.
        is_joined = is_joined or (opens and text.text[last : token.start].strip() in COMMAS)
        if verb and first and is_joined and verb.entry != first.entry:
            yield text.mark(verb.start, verb.end, "note", MESSAGE)
            return
        first = first or verb
        opens = opens or (begins and verb is not None)
        begins = begins and token.text in between
        last = token.end
        is_joined = token.text in joining or (is_joined and token.text in between)


def _second_address(text: Text) -> Iterator[Mark]:
    first = ""
    for run in _RUN.finditer(text.text):
        address = run[0].strip(".,;:!?()[]«»„“”\"'")[:LONGEST_ADDRESS]
        place = address.split("/", 1)[0] if not _LINK.match(address) else address
        if not _LINK.match(address) and not _DOMAIN.fullmatch(place):
            continue
        if first and address != first:
            start = text.text.index(address, run.start())
            yield text.mark(start, start + len(address), "note", MESSAGE)
            return
        first = address
