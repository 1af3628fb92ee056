"""How a page treats whoever comes: how it counts, what it asks, how long it keeps. Pure.

Sealed with the rule. What is not said is the usual, so a later version with more to say leaves old
seals unchanged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from wbtest.publishing.choices.preorder import HTTPS, find_link_fault
from wbtest.writing.text_rules import find_fault

Counting = Literal["cookie", "cookieless"]
AsksFor = Literal["price", "call", "preorder"]
COUNTING = ("cookie", "cookieless")
# What a page may ask after the questions, in this order.
ASKS_FOR: tuple[AsksFor, ...] = ("price", "call", "preorder")
# Where visitors live, as the options page asks; '' while nobody said.
EUROPE, ELSEWHERE, BOTH = "eu", "elsewhere", "both"
MOST_QUESTIONS, MOST_CHOICES = 3, 8
LONGEST_QUESTION, LONGEST_CHOICE = 200, 80
LONGEST_RETENTION = 760


class NotAnOption(ValueError):
    """An option that cannot be sealed; ``field`` names what to mend, the text says how."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for whoever signed up; without choices it is answered in their own words."""

    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of a page.

    ``respects_signals``: whether Global Privacy Control and Do Not Track are honoured.
    ``confirms``: whether a mail asks each address to confirm. ``asks_for`` are the steps after
    the questions; ``preorder_url`` is the link of the last of them, '' where it is not asked for.
    ``retention_days`` is None for the server's setting. ``visitors_live`` is what the team said of
    where its visitors live.
    """

    counting: Counting = "cookie"
    respects_signals: bool = True
    confirms: bool = True
    questions: tuple[Asked, ...] = ()
    asks_for: tuple[AsksFor, ...] = ()
    preorder_url: str = ""
    takes_questions: bool = True
    is_indexed: bool = True
    retention_days: int | None = None
    visitors_live: str = ""

    def __post_init__(self) -> None:
        for field, is_right, sentence in self._demands():
            if not is_right:
                raise NotAnOption(field, sentence)

    def _demands(self) -> Iterator[tuple[str, bool, str]]:
        yield "counting", self.counting in COUNTING, "Choose how visitors are told apart."
        is_known = set(self.asks_for) <= set(ASKS_FOR)
        is_each_once = len(set(self.asks_for)) == len(self.asks_for)
        yield "asks_for", is_known and is_each_once, "Choose the steps from the list, each once."
        yield from self._demands_of_preorder()
        days = self.retention_days
        is_kept = days is None or 1 <= days <= LONGEST_RETENTION
        yield "retention_days", is_kept, f"Give 1 to {LONGEST_RETENTION} days."
        fault = find_fault(self.visitors_live, LONGEST_CHOICE)
        yield "visitors_live", not fault, fault
        count = len(self.questions)
        is_short = count <= MOST_QUESTIONS
        yield "questions", is_short, "Ask one to three questions; people tire of more."
        is_each_once = len({question.text for question in self.questions}) == count
        yield "questions", is_each_once, "Ask each question once."
        for question in self.questions:
            fault = find_fault(question.text, LONGEST_QUESTION)
            yield "questions", bool(question.text.strip()), "Write the question."
            yield "questions", not fault, fault
            count = len(question.choices)
            yield "questions", count != 1, "Give two choices or more, or none for free text."
            yield "questions", count <= MOST_CHOICES, f"Give {MOST_CHOICES} choices at most."
            is_each_once = len(set(question.choices)) == count
            yield "questions", is_each_once, "Each choice must stand there once."
            for choice in question.choices:
                fault = find_fault(choice, LONGEST_CHOICE)
                yield "questions", bool(choice.strip()) and not fault, fault or "Fill each choice."

    def _demands_of_preorder(self) -> Iterator[tuple[str, bool, str]]:
        link, is_asked = self.preorder_url, "preorder" in self.asks_for
        yield "preorder_url", bool(link) or not is_asked, HTTPS
        yield "preorder_url", not link or is_asked, "Tick the pre-order too, or clear its link."
        fault = find_link_fault(link) if link else ""
        yield "preorder_url", not fault, fault


USUAL = Options()


def asked_by(options: Options) -> tuple[tuple[Asked, ...], tuple[AsksFor, ...], str]:
    """What people who signed up are asked: the questions, the steps, and the pre-order's link."""
    return options.questions, options.asks_for, options.preorder_url


def to_json(options: Options) -> dict[str, Any]:
    """Return what differs from the usual as plain JSON; ``from_json`` gives the same back."""
    values = asdict(options)
    usual = asdict(USUAL)
    return {name: _plain(value) for name, value in values.items() if value != usual[name]}


def from_json(values: Mapping[str, Any]) -> Options:
    """Return the options. Raises NotAnOption for what is none."""
    known = {entry.name for entry in fields(Options)}
    for name in values:
        if name not in known:
            raise NotAnOption(str(name)[:40], "A page has no such option.")
    given = dict(values)
    if "questions" in given:
        given["questions"] = tuple(
            Asked(str(entry["text"]), tuple(entry.get("choices", ())))
            for entry in given["questions"]
        )
    if "asks_for" in given:
        given["asks_for"] = tuple(given["asks_for"])
    return replace(USUAL, **given)


def _plain(value: Any) -> Any:
    """The same with lists in the place of tuples, as JSON gives them back."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value
