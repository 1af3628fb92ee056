"""Alignment over the drafts in sentences: how many customers, and who is silent. Pure."""

from collections.abc import Collection, Iterable, Sequence

from wbtest.review.alignment.agreement import Draft
from wbtest.review.questions import FUNCTIONS

NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


def progress(drafts: Sequence[Draft]) -> str:
    """The sentence about the first and the newest draft that can be compared; '' without any.

    >>> from wbtest.review.alignment.agreement import Agreement
    >>> progress([Draft(1, Agreement(1, 4)), Draft(4, Agreement(5, 5))])
    'In draft 1 there were four customers; in draft 4 there is one.'
    """
    compared = [draft for draft in drafts if draft.agreement.of > 1]
    if not compared:
        return ""
    first, newest = compared[0], compared[-1]
    now = "is" if newest.customers == 1 else "are"
    if first is newest:
        return f"In draft {newest.number} there {now} {_many(newest.customers)}."
    then = f"{'was' if first.customers == 1 else 'were'} {_many(first.customers)}"
    return (
        f"In draft {first.number} there {then}; "
        f"in draft {newest.number} there {now} {in_words(newest.customers)}."
    )


def milestones(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """The first, the middle and the newest of the drafts that can be compared; at most three."""
    compared = [draft for draft in drafts if draft.agreement.of > 1]
    places = sorted({0, len(compared) // 2, len(compared) - 1}) if compared else []
    return tuple(compared[place] for place in places)


def silent(seated: Iterable[str], answered: Collection[str]) -> tuple[str, ...]:
    """The functions with a seat at this review from which no answer came, in their usual order.

    >>> silent(["finance", "design", "other"], {"design"})
    ('finance',)
    """
    missing = set(seated) - set(answered) - {"other"}
    return tuple(function for function in FUNCTIONS if function in missing)


def silence(functions: Sequence[str]) -> str:
    """The sentence that warns of silent functions; '' when there are none.

    >>> silence(["engineering", "finance"])
    'Engineering and finance have not answered, so their views are missing.'
    """
    if not functions:
        return ""
    names = [FUNCTIONS[function].lower() for function in functions]
    if len(names) == 1:
        return f"{names[0].capitalize()} has not answered, so its view is missing."
    listed = f"{', '.join(names[:-1])} and {names[-1]}".capitalize()
    return f"{listed} have not answered, so their views are missing."


def in_words(number: int) -> str:
    """A small count as a word.

    >>> in_words(4), in_words(13)
    ('four', '13')
    """
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else str(number)


def _many(customers: int) -> str:
    return "one customer" if customers == 1 else f"{in_words(customers)} customers"
