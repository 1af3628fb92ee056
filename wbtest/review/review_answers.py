"""The questions of a review, and whether the answers mean the same, counted and in words. Pure.

People say same or different; no machine compares words. Answers that were given after reading
tell how clear the text is, and count in nobody's agreement.
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct

from wbtest.writing.document import Document, Question
from wbtest.writing.text_rules import joined, spelled

_TEXTS = tomllib.loads(Path(__file__).with_name("questions.toml").read_text("utf-8"))
FUNCTIONS: dict[str, str] = _TEXTS["functions"]
# Who is asked about which topic of the internal FAQ.
ROUTES: dict[str, str] = _TEXTS["routes"]
VERDICTS: dict[str, str] = _TEXTS["verdicts"]
VERDICTS_IN_WORDS = {
    "approve": "would approve",
    "another": "wants another draft",
    "stop": "would stop",
}
MISSING: dict[str, str] = _TEXTS["missing"]
# Each must be able to answer these.
NEEDED = ("customer", "problem", "why_this")
LONGEST_ANSWER = 1_000
# As long as a question of the FAQ may be, since that is what it becomes.
LONGEST_QUESTION = 300


class ReviewerQuestion(NamedTuple):
    """A question to a reviewer: its name in the store, the question, and a hint."""

    name: str
    text: str
    hint: str = ""


# Before anybody's answers are seen.
BLIND = tuple(ReviewerQuestion(**asked) for asked in _TEXTS["blind"])
CLOSING = tuple(ReviewerQuestion(**asked) for asked in _TEXTS["closing"])


def longest_of(name: str) -> int:
    """How many characters the answer to a question may have."""
    return LONGEST_QUESTION if name == "afraid" else LONGEST_ANSWER


def routed_to(function: str, document: Document) -> tuple[Question, ...]:
    """The questions of the internal FAQ that go to this function, in their order."""
    return tuple(
        question
        for question in document.questions("internal")
        if question.question.strip() and ROUTES.get(question.topic) == function
    )


Comparison = Literal["same", "different", "unmarked"]


class ReaderAnswers(NamedTuple):
    """One reader's answers about one revision; ``reading`` and ``reviewer`` are ids."""

    reading: int
    reviewer: int
    answers: Mapping[str, str]
    function: str = "other"
    name: str = ""
    is_guest: bool = False
    is_after_reading: bool = False


class ReaderMark(Struct, frozen=True):
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
        ('3 of 4 same', 'all different', '3 to compare')
        """
        if self.of < 2 or self.unmarked == self.of:
            return "nothing to compare"
        if self.unmarked:
            return f"{self.unmarked} to compare"
        return f"{self.same} of {self.of} same" if self.same > 1 else "all different"


class Compared(NamedTuple):
    """An answer under the author's, and who says what of it (ids of reviewers)."""

    given: ReaderAnswers
    text: str
    same: frozenset[int]
    different: frozenset[int]

    @property
    def standing(self) -> Comparison:
        """What most say; a tie is no agreement.

        >>> Compared(ReaderAnswers(1, 1, {}), "", frozenset({1}), frozenset({2})).standing
        'different'
        """
        if not self.same and not self.different:
            return "unmarked"
        return "same" if len(self.same) > len(self.different) else "different"


class ComparedQuestion(NamedTuple):
    """One question with the author's answer ('' when there is none) and the others' under it."""

    asked: ReviewerQuestion
    author: ReaderAnswers
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


class DraftAgreement(NamedTuple):
    """How far a revision's readers agree on the customer."""

    number: int
    agreement: Agreement

    @property
    def customers(self) -> int:
        """How many different customers its readers have in mind; for one that is compared."""
        return 1 + self.agreement.different


def align(
    givens: Sequence[ReaderAnswers], marks: Iterable[ReaderMark], author: int | None
) -> tuple[ComparedQuestion, ...]:
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
            aligned.append(ComparedQuestion(asked, mine, text, others))
    return tuple(aligned)


def progress_in_words(questions: Iterable[ComparedQuestion]) -> str:
    """How many of the answers that were compared mean the same, and how many are left; or ''.

    Only answers given before reading count, and the author's own is no answer to compare.
    """
    found = [question.agreement for question in questions if question.text]
    left = sum(each.unmarked for each in found)
    same = sum(each.same - 1 for each in found)
    compared = same + sum(each.different for each in found)
    said = [f"{same} of {compared} same"] if compared else []
    return " · ".join([*said, f"{left} left to compare"] if left else said)


def _agreement(standings: Sequence[Comparison], has_author: bool) -> Agreement:
    author = int(has_author)
    return Agreement(
        same=author + standings.count("same"),
        of=author + len(standings),
        unmarked=standings.count("unmarked"),
    )


def customers_sentence(drafts: Sequence[DraftAgreement]) -> str:
    """What is said of the first and the newest compared draft, and of one still to compare; or ''.

    >>> from wbtest.review.review_answers import Agreement
    >>> customers_sentence([DraftAgreement(4, Agreement(5, 5))])
    'All answers about draft 4 described the same customer.'
    >>> customers_sentence([DraftAgreement(2, Agreement(2, 4, unmarked=2))])
    '2 of 3 answers about draft 2 are left to compare.'
    """
    compared, waiting = _compared(drafts), _waiting(drafts)
    told = [_compared_sentence(draft) for draft in dict.fromkeys([*compared[:1], *compared[-1:]])]
    return " ".join([*told, *(_waiting_sentence(draft) for draft in waiting)])


def milestones(drafts: Sequence[DraftAgreement]) -> tuple[DraftAgreement, ...]:
    """The first, the middle and the newest of the drafts that were compared; at most three.

    The newest of all is among them, too, while its answers wait to be compared.
    """
    found = [*_compared(drafts), *_waiting(drafts)]
    places = sorted({0, len(found) // 2, len(found) - 1}) if found else []
    return tuple(found[place] for place in places)


def silent_functions(seated: Iterable[str], answered: Collection[str]) -> tuple[str, ...]:
    """The functions with a seat at this review from which no answer came, in their usual order.

    >>> silent_functions(["finance", "design", "other"], {"design"})
    ('finance',)
    """
    missing = set(seated) - set(answered) - {"other"}
    return tuple(function for function in FUNCTIONS if function in missing)


def silence_warning(functions: Sequence[str]) -> str:
    """The sentence that warns of silent functions; '' when there are none.

    >>> silence_warning(["engineering", "finance"])
    'Engineering and finance have not answered, so their views are missing.'
    """
    if not functions:
        return ""
    names = [FUNCTIONS[function].lower() for function in functions]
    if len(names) == 1:
        return f"{names[0].capitalize()} has not answered, so its view is missing."
    return f"{joined(names).capitalize()} have not answered, so their views are missing."


def _compared(drafts: Sequence[DraftAgreement]) -> list[DraftAgreement]:
    return [draft for draft in drafts if draft.agreement.is_compared]


def _waiting(drafts: Sequence[DraftAgreement]) -> list[DraftAgreement]:
    """The newest draft alone, when it has answers that nobody marked yet."""
    return [draft for draft in drafts[-1:] if draft.agreement.of > 1 and draft.agreement.unmarked]


def _compared_sentence(draft: DraftAgreement) -> str:
    """How many customers the answers describe."""
    if draft.customers == 1:
        return f"All answers about draft {draft.number} described the same customer."
    return (
        f"Answers about draft {draft.number} described {spelled(draft.customers)} different "
        "customers."
    )


def _waiting_sentence(draft: DraftAgreement) -> str:
    unmarked, others = draft.agreement.unmarked, draft.agreement.of - 1
    if unmarked == others:
        return f"Nobody has compared the answers about draft {draft.number} yet."
    verb = "is" if unmarked == 1 else "are"
    return f"{unmarked} of {others} answers about draft {draft.number} {verb} left to compare."
