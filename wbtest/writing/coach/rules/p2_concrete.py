"""P2: a problem that one can see: a number, a moment, a person doing something."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.naming import find_product
from wbtest.writing.coach.reading import Reading, Text

LANGUAGES = languages_of("concrete")
# Where nouns have no capital letter, one within a sentence begins a name.
NAMES_HAVE_CAPITALS = ("en", "es", "fr")
_QUOTED = re.compile(r"[“”„«»「」『』\"]")
_NAME = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][a-zà-ÿ]\w*")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a problem without a number, a quotation, a name, a moment or a doing."""
    problem = reading.text("problem")
    if problem is None or any(letter.isnumeric() for letter in problem.text):
        return
    if reading.language not in LANGUAGES:
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


RULE = Rule(
    id="P2",
    title="The problem is concrete",
    severity="warn",
    why="“It is hard” cannot be checked; a number or a scene can, and shows what it costs today.",
    source="Ian McAllister’s answer on working backwards",
    mend="Show one person at one moment, or count what it costs them: hours, money, trips.",
    before="Meal planning is difficult and stressful.",
    after="At half past five Amira opens the fridge and orders a takeaway, twice a week.",
    check=check,
    words_in=LANGUAGES,
)
