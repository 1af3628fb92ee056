"""Whether a team means the same: blind answers beside the author's, counted. Pure.

People say same or different; no machine compares words. Answers that were given after reading tell
how clear the text is, and count in nobody's agreement.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from wbtest.review.questions import BLIND, FUNCTIONS, Asked

Standing = Literal["same", "different", "unmarked"]


class Given(NamedTuple):
    """One reader's answers about one revision; ``reading`` and ``reviewer`` are ids."""

    reading: int
    reviewer: int
    answers: Mapping[str, str]
    function: str = "other"
    name: str = ""
    is_guest: bool = False
    is_after_reading: bool = False


class Mark(Struct, frozen=True):
    """One reviewer's word that an answer means the same as the author's, or something else."""

    reading: int
    question: str
    reviewer: int
    is_same: bool


class Agreement(NamedTuple):
    """How many of the answers mean the same; the author's is one of both numbers."""

    same: int
    of: int
    unmarked: int = 0

    @property
    def different(self) -> int:
        """Answers that mean something else."""
        return self.of - self.same - self.unmarked

    @property
    def kind(self) -> str:
        """Its colour: go when all mean the same, stop when less than half do.

        Neutral while there is nothing to compare, or somebody has yet to compare it.
        """
        if not self.is_compared:
            return "neutral"
        if self.different == 0:
            return "go"
        return "iterate" if 2 * self.same >= self.of else "stop"

    @property
    def is_compared(self) -> bool:
        """Whether there is something beside the author's answer, and all of it is marked."""
        return self.of > 1 and not self.unmarked

    @property
    def in_short(self) -> str:
        """How many mean the same, in few words; the author alone is no agreement.

        >>> Agreement(3, 4).in_short, Agreement(1, 4).in_short, Agreement(1, 4, unmarked=3).in_short
        ('3 of 4 the same', 'none the same', 'not compared yet')
        """
        if self.of < 2 or self.unmarked == self.of:
            return "nothing to compare"
        if self.unmarked == self.of - 1:
            return "not compared yet"
        if self.unmarked:
            return f"{self.unmarked} of {self.of - 1} not compared yet"
        return f"{self.same} of {self.of} the same" if self.same > 1 else "none the same"


class Compared(NamedTuple):
    """An answer under the author's, and who says what of it (ids of reviewers)."""

    given: Given
    text: str
    same: frozenset[int]
    different: frozenset[int]

    @property
    def standing(self) -> Standing:
        """What most say; a tie is no agreement.

        >>> Compared(Given(1, 1, {}), "", frozenset({1}), frozenset({2})).standing
        'different'
        """
        if not self.same and not self.different:
            return "unmarked"
        return "same" if len(self.same) > len(self.different) else "different"


class Question(NamedTuple):
    """One question with the author's answer ('' when there is none) and the others' under it."""

    asked: Asked
    author: Given
    text: str
    others: tuple[Compared, ...]

    @property
    def blind(self) -> tuple[Compared, ...]:
        """The answers given before reading."""
        return tuple(other for other in self.others if not other.given.is_after_reading)

    @property
    def afterwards(self) -> tuple[Compared, ...]:
        """The answers given right after reading."""
        return tuple(other for other in self.others if other.given.is_after_reading)

    @property
    def agreement(self) -> Agreement:
        """How many mean the same, of those who answered before they read."""
        return _agreement([other.standing for other in self.blind], bool(self.text))

    @property
    def by_function(self) -> dict[str, Agreement]:
        """The same by what people do, in the order of ``FUNCTIONS``."""
        return {
            function: _agreement(
                [other.standing for other in self.blind if other.given.function == function],
                bool(self.text) and self.author.function == function,
            )
            for function in FUNCTIONS
            if function in {self.author.function, *(other.given.function for other in self.blind)}
        }


class Draft(NamedTuple):
    """How far a revision's readers agree on the customer."""

    number: int
    agreement: Agreement

    @property
    def customers(self) -> int:
        """How many different customers its readers have in mind; for one that is compared."""
        return 1 + self.agreement.different


def align(
    givens: Sequence[Given], marks: Iterable[Mark], author: int | None
) -> tuple[Question, ...]:
    """Each question with its answers side by side; nothing before the author has answered.

    ``author`` is the id of the author's reading. A question that nobody answered is left out, and
    one that the author left out can be read but not compared.
    """
    mine = next((given for given in givens if given.reading == author), None)
    if mine is None:
        return ()
    says: dict[tuple[int, str, bool], set[int]] = {}
    for mark in marks:
        says.setdefault((mark.reading, mark.question, mark.is_same), set()).add(mark.reviewer)
    aligned = []
    for asked in BLIND:
        others = tuple(
            Compared(
                given,
                given.answers[asked.name],
                frozenset(says.get((given.reading, asked.name, True), ())),
                frozenset(says.get((given.reading, asked.name, False), ())),
            )
            for given in givens
            if given is not mine and given.answers.get(asked.name)
        )
        text = mine.answers.get(asked.name, "")
        if text or others:
            aligned.append(Question(asked, mine, text, others))
    return tuple(aligned)


def _agreement(standings: Sequence[Standing], has_author: bool) -> Agreement:
    author = int(has_author)
    return Agreement(
        same=author + standings.count("same"),
        of=author + len(standings),
        unmarked=standings.count("unmarked"),
    )
