"""The steps after the address: the founder's questions, the price, a call, the pre-order.

Each may be left out. They are stored with the sign-up whose token is sent along, for a day or the
sealed window. Of answers the last ones stand, of a yes the first. A token that leads nowhere is
treated alike, so nobody learns from it whether an address was there before.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

import sqlalchemy as sa

from wbtest.audience.models import Signup
from wbtest.audience.recording import rollup
from wbtest.audience.signing.signups import MICROSECONDS, digest
from wbtest.extensions import clock, db
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.page_copy import PageCopy
from wbtest.publishing.page_options import ASKS_FOR, AsksFor, FollowUpQuestion, host_of
from wbtest.publishing.page_strings import strings_of
from wbtest.store import writing
from wbtest.writing.text_rules import find_fault, with_plain_breaks

Step = Literal["questions", AsksFor, "done"]
YesOrNo = Literal["price", "call"]
LONGEST_ANSWER = 1_000
OPEN_SECONDS = 86_400


def steps_of(live: LiveExperiment, page: PageCopy) -> tuple[Step, ...]:
    """Return what a page with these words asks after the sign-up, in order; ``done`` comes last.

    A page without a price cannot ask for a yes to it.
    """
    asked: list[Step] = [step for step in ASKS_FOR if step in live.options.asks_for]
    if not page.price:
        asked = [step for step in asked if step != "price"]
    return ("questions", *asked, "done") if live.options.questions else (*asked, "done")


def step_after(step: Step, live: LiveExperiment, page: PageCopy) -> Step:
    """Return the step that follows this one on a page with these words."""
    steps = steps_of(live, page)
    return steps[steps.index(step) + 1] if step in steps[:-1] else "done"


def question_of(step: Step, live: LiveExperiment, page: PageCopy) -> tuple[str, str]:
    """Return what a step asks, and the sentence below it; '' where it is not one question."""
    strings, product = strings_of(page), page.product
    if step == "price":
        # The sentence around it has a full stop of its own.
        price = page.price.strip().rstrip(".。")
        asked = strings.price_question.format(product=product, price=price)
        return asked, strings.price_text.format(product=product)
    if step == "call":
        asked = strings.call_question.format(product=product)
        return asked, strings.call_text.format(product=product)
    if step == "preorder":
        asked = strings.preorder_question.format(product=product)
        host = host_of(live.options.preorder_url)
        return asked, strings.preorder_text.format(product=product, host=host)
    return "", ""


def read_answers(
    questions: tuple[FollowUpQuestion, ...], given: Mapping[str, str]
) -> dict[str, str]:
    """Return each question with what was answered under ``answer-0``, …; without empty ones.

    What is not one of the choices is no answer.

    >>> read_answers((FollowUpQuestion("Where?", ("Here", "There")),), {"answer-0": "Here"})
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


def leads_somewhere(live: LiveExperiment, token: str) -> bool:
    """Whether a sign-up waits for answers under this token."""
    is_it = (Signup.experiment_id == live.id) & (Signup.answer_hash == digest(token))
    return bool(token) and db.session.scalar(sa.select(sa.exists().where(is_it))) is True


def answer(live: LiveExperiment, token: str, answers: Mapping[str, str]) -> None:
    """Keep the answers to the founder's questions; none at all takes earlier ones back."""
    asked = {question.text for question in live.options.questions}

    def change(row: Any, now_us: int) -> dict[str, Any]:
        others = {text: said for text, said in _read(row).items() if text not in asked}
        answered_us = now_us if answers else None
        return {"answers": _write({**answers, **others}), "answered_us": answered_us}

    _note(live, token, change)


def agree(step: YesOrNo, live: LiveExperiment, page: PageCopy, token: str, *, is_yes: bool) -> None:
    """Keep the yes or no to the price or a call, in the words in which it was asked and said.

    The first yes stands, as a confirmation does: it may be what the rule counts.
    """
    strings = strings_of(page)
    question, _ = question_of(step, live, page)
    moment = f"{step}_us"

    def change(row: Any, now_us: int) -> dict[str, Any]:
        if getattr(row, moment) is not None:
            return {}
        said = {question: strings.yes if is_yes else strings.no}
        return {
            "answers": _write({**_read(row), **said}),
            moment: now_us if is_yes else None,
        }

    _note(live, token, change)


def click_through(live: LiveExperiment, token: str) -> None:
    """Keep that somebody goes on to the pre-order; the first click stands."""

    def change(row: Any, now_us: int) -> dict[str, Any]:
        return {"preorder_us": now_us} if row.preorder_us is None else {}

    _note(live, token, change)


def _note(live: LiveExperiment, token: str, change: Callable[[Any, int], dict[str, Any]]) -> None:
    """Change the sign-up of this token, if there is one whose steps may still be answered."""
    now_us = int(clock.now().timestamp() * MICROSECONDS)
    # What may still convert is taken.
    seconds = max(OPEN_SECONDS, live.window_hours * 3600)

    def change_if_open(row: Any) -> dict[str, Any]:
        is_open = now_us - row.at_us <= seconds * MICROSECONDS
        return change(row, now_us) if is_open else {}

    if token:
        with writing() as session:
            rollup.note_steps(session, live.id, digest(token), change_if_open)


def _read(row: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(row.answers) if row.answers else {}
    return found


def _write(answers: Mapping[str, str]) -> str:
    return json.dumps(answers, ensure_ascii=False) if answers else ""
