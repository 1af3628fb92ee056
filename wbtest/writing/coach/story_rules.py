"""Rules on the body: date line, problem, alternative, solution, why now, call to action."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache

from wbtest.writing.coach.document_reader import (
    UNSPACED_LANGUAGES,
    Mark,
    Place,
    Reading,
    Severity,
    Text,
    find_listed,
    has_listed,
)
from wbtest.writing.coach.names import find_product
from wbtest.writing.coach.word_lists import Phrases, languages_of, words_of

_ADDRESS = re.compile(r"@|://|\bwww\.")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
# Georgian letters count as small ones and are never written large.
_CASELESS = re.compile(r"[\u10d0-\u10ff]")


def check_date_line(reading: Reading) -> Iterator[Mark]:
    """Mark a date line without city or day, a city that cannot be one, and a day that is past."""
    if reading.form == "short":
        return
    city, day = reading.by_path.get("dateline.city"), reading.by_path.get("dateline.date")
    if city is None:
        yield reading.missing("dateline.city", "warn", "The dateline has no city.", "Add the city.")
    elif message := _fault_of_city(city.text.strip(), reading.language):
        yield city.mark_all("warn", message, "Write just the city.")
    if day is None:
        yield reading.missing(
            "dateline.date", "warn", "The dateline has no date.", "Add the day, month and year."
        )
    elif date.fromisoformat(day.text.strip()) <= reading.today:
        yield day.mark_all("warn", f"The launch date, {day.text}, isn’t later than this draft.")


def _fault_of_city(city: str, language: str) -> str:
    """What is wrong with the city's name, '' when it may be one."""
    if city.startswith("["):
        return ""  # A13 says that it is still to fill in.
    letters = [letter for letter in city if letter.isalpha()]
    if not letters or _ADDRESS.search(city):
        return f"“{city}” is not a city."
    if city.casefold() in words_of(language, "no_city") | words_of("en", "no_city"):
        return f"“{city}” is not a city."
    if _YEAR.search(city):
        return "The city field has a year in it too."
    has_case = any(letter.islower() and not _CASELESS.match(letter) for letter in letters)
    if has_case and not any(letter.isupper() for letter in letters):
        return f"“{city}” has no capital letter."
    return ""


def check_no_product(reading: Reading) -> Iterator[Mark]:
    """Mark a problem that is missing, and each mention of the product in it."""
    problem = reading.text("problem")
    if problem is None:
        yield reading.missing("problem", "stop", "The problem is missing.")
        return
    for place in find_product(problem, reading.document.product):
        yield problem.mark(
            place,
            "warn",
            "The problem already names the product.",
            "Describe it as it is today, without the product. The product comes after this part.",
        )


# Where nouns have no capital letter, one within a sentence begins a name.
NAMES_HAVE_CAPITALS = ("en", "es", "fr")
_QUOTED = re.compile(r"[“”„«»「」『』\"]")
_NAME = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][a-zà-ÿ]\w*")


def check_concrete(reading: Reading) -> Iterator[Mark]:
    """Mark a problem without a number, a quotation, a name, a moment or a doing."""
    problem = reading.text("problem")
    if problem is None or any(letter.isnumeric() for letter in problem.text):
        return
    if reading.language not in languages_of("concrete"):
        if not _QUOTED.search(problem.text):
            yield problem.mark_all("note", "The problem has no number.")
    elif not _is_concrete(problem, reading.document.product):
        yield problem.mark_all("warn", "The problem has no number, no moment and no person.")


def _is_concrete(problem: Text, product: str) -> bool:
    if _QUOTED.search(problem.text) or any(True for _ in problem.find("concrete")):
        return True
    if problem.language not in NAMES_HAVE_CAPITALS:
        return False
    named = {place.start for place in find_product(problem, product)}
    return any(found.start() not in named for found in _NAME.finditer(problem.text))


def check_outcomes(reading: Reading) -> Iterator[Mark]:
    """Mark words of architecture in the solution."""
    solution = reading.text("solution")
    if reading.form == "short" or solution is None:
        return
    for place in find_listed(solution, "architecture"):
        yield solution.mark(
            place, "note", "“{}” is how the product works, not what changes in someone’s day."
        )


def check_better(reading: Reading) -> Iterator[Mark]:
    """Mark that what people do today is missing: a note when something else compares, or when no
    list says how the language does."""
    if reading.document.alternative.strip():
        return
    if _may_compare(reading):
        yield reading.missing("alternative", "note", "Nothing says what people do today.")
        return
    yield reading.missing(
        "alternative", "warn", "Nothing says why this is better than what people do today."
    )


def _may_compare(reading: Reading) -> bool:
    return reading.language not in languages_of("comparing") or any(
        has_listed(text, "comparing") for text in reading.prose
    )


PATHS = ("problem", "solution", "why_now")
MOST_PARAGRAPHS = 2


def check_two_paragraphs(reading: Reading) -> Iterator[Mark]:
    """Mark what follows the second paragraph of each of the three."""
    if reading.form == "short":
        return
    for path in PATHS:
        text = reading.text(path)
        if text is not None and len(text.paragraphs) > MOST_PARAGRAPHS:
            rest = text.paragraphs[MOST_PARAGRAPHS:]
            yield text.mark(
                Place(rest[0].start, rest[-1].end),
                "note",
                f"This part has {len(text.paragraphs)} paragraphs. Aim for {MOST_PARAGRAPHS} or "
                "fewer.",
            )


def check_what_changed(reading: Reading) -> Iterator[Mark]:
    """Mark that why now is missing, or names neither a change nor a year or other number."""
    if reading.form == "short":
        return
    why_now = reading.text("why_now")
    if why_now is None:
        yield reading.missing("why_now", "note", "Nothing says why now.")
        return
    if reading.language not in languages_of("changed") or any(
        letter.isnumeric() for letter in why_now.text
    ):
        return
    if not has_listed(why_now, "changed"):
        yield why_now.mark_all("note", "Nothing here says what changed.")


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
        yield reading.missing(
            "call_to_action.text",
            lonely,
            "The call to action is missing.",
            "Write one sentence: what to do, where, and what it costs.",
        )
    if label is None:
        yield reading.missing(
            "call_to_action.label",
            lonely,
            "The button has no text.",
            "Say what happens when people press it: “Book our evening”.",
        )
    if reading.text("call_to_action.price") is None and not (text and _has_price(text)):
        yield reading.missing(
            "call_to_action.price",
            "stop",
            "Nothing says what it costs.",
            "Give the price, or say it’s free.",
        )
    if text is not None and _names_no_place(text):
        yield reading.missing(
            "call_to_action.text",
            "note",
            "It doesn’t say where to get it. On the test page, the button covers that.",
            "Give a web address, a shop or a phone number.",
        )


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
MESSAGE = "That’s a second thing to do."


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
            yield text.mark(verb, "note", MESSAGE)
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
            yield text.mark(Place(start, start + len(address)), "note", MESSAGE)
            return
        first = address
