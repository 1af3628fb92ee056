"""What a list would do, did, or left behind when it was taken back, in sentences. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

# So many rows are named; whoever has more mends the file itself.
MOST_NAMED = 10


class Counts(NamedTuple):
    """How many people of a list are new, are here, left before; rows without one, rows again."""

    new: int
    known: int
    left: int
    wrong: int
    repeated: int


def would(counts: Counts, wrong_rows: Sequence[int]) -> list[str]:
    """Return what would happen.

    >>> would(Counts(812, 14, 2, 3, 0), [17, 40, 41])[2]
    '3 e-mails cannot be right and are left out (rows 17, 40 and 41).'
    """
    said = [f"{_people(counts.new)} will be added."]
    if counts.known:
        said.append(f"{counts.known:,} {_is(counts.known)} here already and {_stay(counts.known)}.")
    if counts.wrong:
        said.append(f"{_wrong(counts.wrong)} and {_is(counts.wrong)} left out{_rows(wrong_rows)}.")
    return said + _besides(counts)


def did(counts: Counts) -> list[str]:
    """Return what happened.

    >>> did(Counts(2, 1, 0, 0, 1))
    ['2 people were added.', '1 was here already.', '1 row named somebody again.']
    """
    said = [f"{_people(counts.new)} {_was(counts.new)} added."]
    if counts.known:
        said.append(f"{counts.known:,} {_was(counts.known)} here already.")
    if counts.wrong:
        said.append(f"{_wrong(counts.wrong, 'could not')}.")
    if counts.left:
        said.append(f"{counts.left:,} had left before and stayed out.")
    if counts.repeated:
        rows = "row" if counts.repeated == 1 else "rows"
        said.append(f"{counts.repeated:,} {rows} named somebody again.")
    return said


def went(removed: int, left: int, told: int, signed_up: int) -> list[str]:
    """Return who went when a list was taken back, and who stayed and why.

    >>> went(1, 0, 2, 1)[1:]
    ['2 stay: they got your mail.', '1 stays: they signed up on the page themselves.']
    """
    why = {
        "they left, so only a count without a name is here": left,
        "they got your mail": told,
        "they signed up on the page themselves": signed_up,
    }
    stayed = [f"{n:,} {'stays' if n == 1 else 'stay'}: {said}." for said, n in why.items() if n]
    return [f"{_people(removed)} {_was(removed)} taken out again.", *stayed]


def _besides(counts: Counts) -> list[str]:
    said = []
    if counts.left:
        stay = "stays" if counts.left == 1 else "stay"
        said.append(f"{counts.left:,} left before and {stay} out.")
    if counts.repeated:
        rows = "row names" if counts.repeated == 1 else "rows name"
        said.append(f"{counts.repeated:,} {rows} somebody who stands further up.")
    return said


def _rows(rows: Sequence[int]) -> str:
    if not rows:
        return ""
    named = [f"{number:,}" for number in rows[:MOST_NAMED]]
    if len(rows) > MOST_NAMED:
        named.append(f"{len(rows) - MOST_NAMED:,} more")
    *first, last = named
    together = f"{', '.join(first)} and {last}" if first else last
    return f" (row{'s' if len(rows) > 1 else ''} {together})"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _wrong(number: int, could_not: str = "cannot") -> str:
    return f"{number:,} {'e-mail' if number == 1 else 'e-mails'} {could_not} be right"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _stay(number: int) -> str:
    return "stays as it is" if number == 1 else "stay as they are"
