"""L1: the solution tells what customers get, not how it is built."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import find_listed
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.reading import Reading


def check(reading: Reading) -> Iterator[Mark]:
    """Mark words of architecture in the solution."""
    solution = reading.text("solution")
    if reading.form == "short" or solution is None:
        return
    for place in find_listed(solution, "architecture"):
        words = solution.text[place.start : place.end]
        yield solution.mark(
            place.start, place.end, "note", f"“{words}” is inside the product, not in a day."
        )


RULE = Rule(
    id="L1",
    title="Outcomes, not architecture",
    severity="note",
    languages=languages_of("architecture"),
    why="Customers cannot judge how it is built, and that may change; what they get must not.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Say what it lets them do; how it works belongs in the internal questions.",
    before="A neural network classifies the contents of your fridge.",
    after="Larder recognises what is in your fridge and plans five dinners from it.",
    check=check,
)
