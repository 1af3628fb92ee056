"""What a release assumes, and what its tests have said of that by now. Pure.

An assumption is a number that the team's ledger calls assumed, or a question of the FAQ that
nobody can answer yet. It is known again in later drafts by its words.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar, get_args

from wbtest.writing.coach.ledger import numbers_of
from wbtest.writing.document import Document
from wbtest.writing.evidence import key_of
from wbtest.writing.topics import still_open

Kind = Literal["number", "question"]
State = Literal["confirmed", "refuted", "open"]
STATES: tuple[State, ...] = get_args(State)


class Marked(Protocol):
    """Somebody's word on an assumption: of which kind it is, and its words."""

    @property
    def kind(self) -> str: ...
    @property
    def words(self) -> str: ...


AnyMark = TypeVar("AnyMark", bound=Marked)


@dataclass(frozen=True, slots=True)
class Assumption:
    """What nobody knows yet; ``sentence`` is where a number stands, '' for a question."""

    kind: Kind
    words: str
    sentence: str = ""

    @property
    def key(self) -> str:
        """What makes two of them the same, as 16 hex digits: for forms and addresses."""
        return key_for(self.kind, self.words)


def key_for(kind: str, words: str) -> str:
    """Return the key of an assumption, whatever its capitals and spaces.

    >>> key_for("number", "£4  a month") == key_for("number", "£4 a Month")
    True
    """
    return hashlib.sha256(f"{kind}\n{key_of(words)}".encode()).hexdigest()[:16]


def assumptions_of(document: Document) -> tuple[Assumption, ...]:
    """Return what a release assumes: its numbers in reading order, then its open questions.

    A question without words is nothing that one could settle.
    """
    rows = numbers_of(document).assumptions
    numbers = [
        Assumption("number", row.entry.words if row.entry else row.words, row.sentence)
        for row in rows
    ]
    asked = [entry.question for entry in still_open(document) if entry.question.strip()]
    found = [*numbers, *(Assumption("question", question) for question in asked)]
    return tuple({each.key: each for each in found}.values())


def newest_by_key(marks: Iterable[AnyMark]) -> dict[str, AnyMark]:
    """Return the last of the marks on each assumption, by its key; ``marks`` are oldest first."""
    return {key_for(mark.kind, mark.words): mark for mark in marks}
