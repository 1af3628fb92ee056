"""F1: there are questions from customers, and questions from the team."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.reading import Reading
from wbtest.writing.faq import ENOUGH_FOR_SHORT


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a FAQ that is missing; the short form needs three questions of customers alone."""
    asked = sum(bool(entry.question.question.strip()) for entry in reading.external)
    if not asked:
        yield reading.missing("faq", "external", "stop", "There are no customer questions.")
    if reading.form == "short":
        if 0 < asked < ENOUGH_FOR_SHORT:
            said = f"Customers ask more than this: {ENOUGH_FOR_SHORT} questions at the least."
            yield reading.missing("faq", "external", "warn", said)
        return
    if not any(entry.question.question.strip() for entry in reading.internal):
        yield reading.missing(
            "faq",
            "internal",
            "stop",
            "There are no internal questions.",
            "Write down what engineers, finance and leadership would ask.",
        )


RULE = Rule(
    id="F1",
    title="Customer and internal questions",
    severity="stop",
    why="Customers ask what it does for them, colleagues what it takes: a plan needs both.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Write down what a customer would ask before saying yes.",
    before="(no questions)",
    after="What does it cost? How is it different from a shopping list?",
    check=check,
    is_wording=False,
)
