"""P1: the problem is there, and is the customer's: the product is not in it yet."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.naming import find_product
from wbtest.writing.coach.reading import Reading


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a problem that is missing, and each mention of the product in it."""
    problem = reading.text("problem")
    if problem is None:
        yield reading.missing("problem", "problem", "stop", "The problem is missing.")
        return
    for place in find_product(problem, reading.document.product):
        yield problem.mark(
            place.start,
            place.end,
            "warn",
            "The problem names the product already.",
            "Tell it as it is today, without the product; its turn comes after this part.",
        )


RULE = Rule(
    id="P1",
    title="The problem comes first, without the product",
    severity="stop when missing; warn",
    why="A problem that needs the product to be told is the company’s, not the customer’s.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Tell what customers live with today, in two or three sentences.",
    before="Without Larder, parents do not know what to cook.",
    after="At half past five, Amira opens the fridge and does not know what to cook.",
    check=check,
    is_wording=False,
)
