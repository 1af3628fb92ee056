"""What a release assumes, and what its tests have said of that by now. Pure.

An assumption is a number that the team's ledger calls assumed, a number that the target of a test
was worked out from, or a question of the FAQ that nobody can answer yet. It is known again in later
drafts and tests by its words.
"""

import hashlib
from collections.abc import Iterable
from typing import Literal, NamedTuple, Protocol, TypeVar, get_args

from wbtest.publishing.rule import ACTS, Hypothesis
from wbtest.publishing.rule_text import as_percent
from wbtest.writing.coach.claims import numbers_of
from wbtest.writing.document import Document, words_key
from wbtest.writing.faq import still_open

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


class Assumption(NamedTuple):
    """What nobody knows yet; ``sentence`` is where a number stands, '' for a question.

    Of a number behind a target it says that, and where the number comes from.
    """

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
    return hashlib.sha256(f"{kind}\n{words_key(words)}".encode()).hexdigest()[:16]


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
    return without_twins(found)


def assumptions_behind(rule: Hypothesis) -> tuple[Assumption, ...]:
    """Return the numbers that the target was worked out from, none where it was not."""
    if rule.reckoning is None:
        return ()
    target, asked = as_percent(rule.target), as_percent(rule.reckoning.target)
    rests = (
        f"The target of {target} rests on it."
        if rule.reckoning.is_followed_by(rule.target)
        else f"It is one of three numbers that ask for {asked}; the target is {target}."
    )
    return tuple(
        Assumption("number", words, f"{rests} Where it comes from: {source}" if source else rests)
        for words, source in rule.reckoning.assumed(ACTS[rule.conversion].plural)
    )


def without_twins(found: Iterable[Assumption]) -> tuple[Assumption, ...]:
    """Return them without those that an earlier one says already."""
    first: dict[str, Assumption] = {}
    for each in found:
        first.setdefault(each.key, each)
    return tuple(first.values())


def newest_by_key(marks: Iterable[AnyMark]) -> dict[str, AnyMark]:
    """Return the last of the marks on each assumption, by its key; ``marks`` are oldest first."""
    return {key_for(mark.kind, mark.words): mark for mark in marks}
