"""Alignment over the drafts in sentences: how many customers, and who is silent. Pure."""

from collections.abc import Collection, Iterable, Sequence

from wbtest.review.alignment.agreement import Draft
from wbtest.review.questions import FUNCTIONS
from wbtest.writing.wording import joined, spelled


def progress(drafts: Sequence[Draft]) -> str:
    """What is said of the first and the newest compared draft, and of one still to compare; or ''.

    >>> from wbtest.review.alignment.agreement import Agreement
    >>> progress([Draft(1, Agreement(1, 4)), Draft(4, Agreement(5, 5))])
    'In draft 1 there were four customers; in draft 4 there is one.'
    >>> progress([Draft(2, Agreement(2, 4, unmarked=2))])
    '2 of 3 answers of draft 2 are not compared yet.'
    """
    compared, waiting = _compared(drafts), _waiting(drafts)
    told = _told(compared, is_over=bool(waiting))
    return " ".join([*told, *(_to_compare(draft) for draft in waiting)])


def milestones(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """The first, the middle and the newest of the drafts that were compared; at most three.

    The newest of all is among them, too, while its answers wait to be compared.
    """
    found = [*_compared(drafts), *_waiting(drafts)]
    places = sorted({0, len(found) // 2, len(found) - 1}) if found else []
    return tuple(found[place] for place in places)


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
    return f"{joined(names).capitalize()} have not answered, so their views are missing."


def _compared(drafts: Sequence[Draft]) -> list[Draft]:
    return [draft for draft in drafts if draft.agreement.is_compared]


def _waiting(drafts: Sequence[Draft]) -> list[Draft]:
    """The newest draft alone, when it has answers that nobody marked yet."""
    return [draft for draft in drafts[-1:] if draft.agreement.of > 1 and draft.agreement.unmarked]


def _told(compared: Sequence[Draft], *, is_over: bool) -> list[str]:
    """The sentence about the numbers of customers; ``is_over`` when a newer draft is there."""
    if not compared:
        return []
    first, newest = compared[0], compared[-1]
    if first is newest:
        return [f"In draft {first.number} there {_many(first.customers, is_over)}."]
    return [
        f"In draft {first.number} there {_many(first.customers, True)}; "
        f"in draft {newest.number} there {_verb(newest.customers, is_over)} "
        f"{spelled(newest.customers)}."
    ]


def _to_compare(draft: Draft) -> str:
    unmarked, others = draft.agreement.unmarked, draft.agreement.of - 1
    if unmarked == others:
        return f"Nobody has compared the answers of draft {draft.number} yet."
    verb = "is" if unmarked == 1 else "are"
    return f"{unmarked} of {others} answers of draft {draft.number} {verb} not compared yet."


def _many(customers: int, is_over: bool) -> str:
    return (
        f"{_verb(customers, is_over)} {spelled(customers)} "
        f"{'customer' if customers == 1 else 'customers'}"
    )


def _verb(customers: int, is_over: bool) -> str:
    if is_over:
        return "was" if customers == 1 else "were"
    return "is" if customers == 1 else "are"
