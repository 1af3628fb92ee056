"""The steps after the address: the founder's questions, then a call or a yes to the price.

Each may be left out. They are stored with the sign-up whose token is sent along, for a day, and
what was sent last stands. A token that leads nowhere is treated alike, so nobody learns from it
whether an address was there before.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from wbtest.audience.recording import rollup
from wbtest.audience.signing.signups import MICROSECONDS, digest
from wbtest.extensions import clock
from wbtest.publishing.choices.options import Asked
from wbtest.publishing.copy import PageCopy
from wbtest.publishing.live import LiveExperiment
from wbtest.publishing.strings import strings_of
from wbtest.store import writing
from wbtest.writing.wording import find_fault, with_plain_breaks

Step = Literal["questions", "last", "done"]
LONGEST_ANSWER = 1_000
OPEN_SECONDS = 86_400


def first_step(live: LiveExperiment, page: PageCopy) -> Step:
    """Return what stands after the sign-up on a page with these words; ``done`` for nothing."""
    return "questions" if live.options.questions else next_step(live, page)


def next_step(live: LiveExperiment, page: PageCopy) -> Step:
    """Return what follows the questions."""
    return "last" if last_question(live, page) else "done"


def last_question(live: LiveExperiment, page: PageCopy) -> str:
    """Return the last step's question as it is asked; '' on a page that asks for nothing.

    A page without a price cannot ask for a yes to it.
    """
    strings = strings_of(page)
    if live.options.asks_for == "call":
        return strings.call_question.format(product=page.product)
    if live.options.asks_for == "price" and page.price:
        # The sentence around it has a full stop of its own.
        price = page.price.strip().rstrip(".。")
        return strings.price_question.format(product=page.product, price=price)
    return ""


def read_answers(questions: tuple[Asked, ...], given: Mapping[str, str]) -> dict[str, str]:
    """Return each question with what was answered under ``answer-0``, …; without empty ones.

    What is not one of the choices is no answer.

    >>> read_answers((Asked("Where?", ("Here", "There")),), {"answer-0": "Here"})
    {'Where?': 'Here'}
    """
    typed = {
        question: with_plain_breaks(given.get(f"answer-{index}", "")).strip()
        for index, question in enumerate(questions)
    }
    return {
        question.text: text
        for question, text in typed.items()
        if text and (not question.choices or text in question.choices)
    }


def is_taken(answer: str) -> bool:
    """Whether an answer can be stored as it is."""
    return not find_fault(answer, LONGEST_ANSWER)


def answer(live: LiveExperiment, token: str, answers: Mapping[str, str]) -> None:
    """Keep the answers to the founder's questions; none at all takes earlier ones back."""
    asked = {question.text for question in live.options.questions}

    def change(row: Any, now_us: int) -> dict[str, Any]:
        others = {text: said for text, said in _read(row).items() if text not in asked}
        answered_us = now_us if answers else None
        return {"answers": _write({**answers, **others}), "answered_us": answered_us}

    _note(live, token, change)


def agree(live: LiveExperiment, page: PageCopy, token: str, *, is_yes: bool) -> None:
    """Keep the yes or no to the last step, in the words in which it was asked and said.

    The first yes stands, as a confirmation does: it may be what the rule counts.
    """
    strings = strings_of(page)
    question = last_question(live, page)
    moment = f"{live.options.asks_for}_us"

    def change(row: Any, now_us: int) -> dict[str, Any]:
        if getattr(row, moment) is not None:
            return {}
        said = {question: strings.yes if is_yes else strings.no}
        return {
            "answers": _write({**_read(row), **said}),
            moment: now_us if is_yes else None,
        }

    if question:
        _note(live, token, change)


def _note(live: LiveExperiment, token: str, change: Callable[[Any, int], dict[str, Any]]) -> None:
    """Change the sign-up of this token, if there is one whose steps may still be answered."""
    now_us = int(clock.now().timestamp() * MICROSECONDS)

    def change_if_open(row: Any) -> dict[str, Any]:
        is_open = now_us - row.at_us <= OPEN_SECONDS * MICROSECONDS
        return change(row, now_us) if is_open else {}

    if token:
        with writing() as session:
            rollup.note_steps(session, live.id, digest(token), change_if_open)


def _read(row: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(row.answers) if row.answers else {}
    return found


def _write(answers: Mapping[str, str]) -> str:
    return json.dumps(answers, ensure_ascii=False) if answers else ""
