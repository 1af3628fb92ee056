"""Review a revision: answer alone, read in silence, say what you think and guess the rate.

The answers are stored once. What a reader thinks may change while the text is the newest one.
Nobody else sees a guess before the test has ended. It may change until the text is approved or
revised, because a test begins with an approved text.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal

from wbtest.extensions import clock, db
from wbtest.review.approvals import TextChanged, is_approved, is_newest
from wbtest.review.models import Forecast, Reading, Reviewer
from wbtest.review.review_answers import (
    BLIND,
    CLOSING,
    FUNCTIONS,
    MISSING,
    NEEDED,
    VERDICTS,
    ReviewerQuestion,
    longest_of,
)
from wbtest.review.review_requests import USUAL_MINUTES, find_round
from wbtest.review.reviewers import Seat, find_reading, reading_of
from wbtest.store import Invalid, Refused, writing
from wbtest.writing import suggested_questions, text_rules

Step = Literal["answer", "read", "close", "thanks"]


class AnsweredAlready(Refused):
    """Blind answers are given once."""


class NotYet(Refused):
    """A step that comes later."""


def step_of(reading: Reading | None) -> Step:
    """What this reader does next: answer, read, close (say what they think), or thanks."""
    if reading is None or not (reading.answered_at or reading.is_after_reading):
        return "answer"
    if reading.done_at is None:
        return "read"
    if reading.answered_at is None:
        return "answer"
    return "thanks" if reading.verdict else "close"


def answer(seat: Seat, function: str, answers: Mapping[str, str]) -> Reading:
    """Store the reader's function and blind answers, and start the silent reading.

    The same ones once more change nothing. Raises Invalid at the field that cannot be stored,
    AnsweredAlready for others.
    """
    if function not in FUNCTIONS:
        raise Invalid("function", "Choose your role.")
    given = answers_to_keep(answers, BLIND, NEEDED)
    with writing():
        reading = reading_of(seat)
        if reading.answered_at is not None:
            if (reading.reviewer.function, reading.answers) == (function, given):
                return reading
            raise AnsweredAlready(
                "Your answers are saved, and you can’t change them. "
                "Say what you think now after reading."
            )
        reading.reviewer.function = function
        reading.answers = given
        reading.answered_at = clock.now()
        reading.started_at = reading.started_at or clock.now()
    return reading


def begin(seat: Seat, *, is_new: bool) -> Reading:
    """Start the silent reading of who is new to the idea, and is asked right afterwards.

    Who has begun already goes on. Raises NotYet for everybody who should answer first.
    """
    with writing():
        reading = reading_of(seat)
        if reading.started_at is None:
            if seat.is_author:
                raise NotYet("You wrote this, so your answers come first.")
            if not is_new:
                raise NotYet("Answer first. Reading the text would change your answers.")
            reading.is_after_reading = True
            reading.started_at = clock.now()
    return reading


def finish(seat: Seat) -> Reading:
    """Record that the reader has read the text; the second time changes nothing.

    Raises NotYet when the reading has not begun.
    """
    with writing():
        reading = reading_of(seat)
        if step_of(reading) == "answer" and not reading.is_after_reading:
            raise NotYet(
                "Answer the questions first, or start with the text if the idea is new to you."
            )
        if reading.done_at is None:
            reading.done_at = clock.now()
    return reading


def close(seat: Seat, closing: Mapping[str, str], verdict: str, reason: str) -> Reading:
    """Store what the reader thinks now, and the verdict: approve, another (draft) or stop.

    ``reason`` says what must change, or why to stop. The question that “we are afraid of” joins
    those that wait for an answer. A verdict is an opinion; it approves nothing. Raises Invalid,
    NotYet before the reading is over, TextChanged when the text was revised since.
    """
    said = answers_to_keep(closing, CLOSING)
    reason = reason_to_keep(verdict, reason)
    with writing():
        reading = reading_of(seat)
        check_has_read(reading)
        if reading.verdict and not is_newest(seat.revision):
            raise TextChanged("There’s a newer revision. Review that one.")
        _propose_question(reading, said.get("afraid", ""))
        reading.closing = said
        reading.verdict = verdict
        reading.verdict_reason = reason
        reading.verdict_at = clock.now()
    return reading


def check_has_read(reading: Reading | None) -> None:
    """Raise NotYet for who has not answered and read yet, and so cannot say what they think."""
    if step_of(reading) not in ("close", "thanks"):
        raise NotYet("Answer the questions and read the text first.")


def reads_until(reading: Reading) -> datetime:
    """When the time for silent reading is over. It hurries nobody: nothing closes then."""
    asked = find_round(reading.revision)
    assert reading.started_at is not None
    return reading.started_at + timedelta(minutes=asked.minutes if asked else USUAL_MINUTES)


def signature_of(reviewer: Reviewer) -> str:
    """Who a reviewer is, where a name is all there is room for: “Mei, guest”."""
    name = reviewer.name or "Somebody"
    return f"{name}, guest" if reviewer.person_id is None else name


def _propose_question(reading: Reading, question: str) -> None:
    """Let the question that the team is afraid of wait for an answer; once, as long as it stays."""
    if question and question != reading.closing.get("afraid"):
        # Where many wait already this one is not lost: it stays in what the reader said.
        with suppress(suggested_questions.TooManyQuestions):
            suggested_questions.propose_question(
                reading.revision.release, "internal", question, signature_of(reading.reviewer)
            )


def answers_to_keep(
    given: Mapping[str, str], questions: Sequence[ReviewerQuestion], needed: Sequence[str] = ()
) -> dict[str, str]:
    """The answers to keep, by question; empty ones are left out.

    Raises Invalid at the first that cannot be kept, or that is ``needed`` and missing.
    """
    texts = {}
    for asked in questions:
        if text := answer_to_keep(asked.name, given.get(asked.name, "")):
            texts[asked.name] = text
        elif asked.name in needed:
            raise Invalid(asked.name, MISSING[asked.name])
    return texts


def reason_to_keep(verdict: str, typed: str) -> str:
    """The reason to keep with a verdict. Raises Invalid when either is missing or unusable."""
    if verdict not in VERDICTS:
        raise Invalid("verdict", "Choose a verdict.")
    reason = answer_to_keep("reason", typed)
    if not reason and verdict in MISSING:
        raise Invalid("reason", MISSING[verdict])
    return reason


def answer_to_keep(name: str, typed: str) -> str:
    """The answer to this question as it is kept. Raises Invalid when it cannot be."""
    text = text_rules.kept_text(name, typed, longest_of(name))
    # It becomes a question of the FAQ, and that is one line.
    return text_rules.on_one_line(text) if name == "afraid" else text


PERCENT = re.compile(r"\s*([0-9]{1,3}(?:[.,][0-9]{1,6})?)\s*%?\s*")
Guess = tuple[str, str, str]


def fraction_of(field: str, typed: str) -> float:
    """Read a percentage as people type it. Raises Invalid at the ``field``.

    >>> fraction_of("rate", "8,5 %")
    0.085
    """
    found = PERCENT.fullmatch(typed)
    if found is None or (percent := float(found[1].replace(",", "."))) > 100:
        raise Invalid(field, "Enter a percentage, like 8 or 8.5.")
    return round(percent / 100, 8)


def range_of(rate: str, low: str, high: str) -> dict[str, float]:
    """Read a guess and its range. Raises Invalid when one is no percentage or they are crossed."""
    typed = {"rate": rate, "low": low, "high": high}
    return check_range({name: fraction_of(name, text) for name, text in typed.items()})


def check_range(parts: dict[str, float]) -> dict[str, float]:
    """Return a guess and its range as fractions. Raises Invalid when they are crossed."""
    if parts["low"] > parts["rate"]:
        raise Invalid("low", "Enter a rate at or below your guess.")
    if parts["high"] < parts["rate"]:
        raise Invalid("high", "Enter a rate at or above your guess.")
    return parts


def forecast(seat: Seat, rate: str, low: str, high: str) -> Forecast:
    """Store the reader's guess and its range, typed as percentages: “8”, “8 %”, “8,5”.

    Raises Invalid, NotYet before the blind answers are given, TextChanged when it is too late to
    change a guess.
    """
    return store_forecast(seat, range_of(rate, low, high))


def store_forecast(seat: Seat, parts: dict[str, float]) -> Forecast:
    """The same of fractions that ``ordered`` let through."""
    with writing() as session:
        reading = reading_of(seat)
        check_has_read(reading)
        found = session.get(Forecast, (reading.revision_id, reading.reviewer_id))
        if found is None:
            found = Forecast(
                revision_id=reading.revision_id,
                reviewer_id=reading.reviewer_id,
            )
            session.add(found)
        elif parts == {name: getattr(found, name) for name in parts}:
            return found
        elif not is_open(seat):
            raise TextChanged(
                "The text was approved or revised, so you can’t change your forecast."
            )
        found.rate, found.low, found.high = parts["rate"], parts["low"], parts["high"]
        found.made_at = clock.now()
    return found


def conclude(
    seat: Seat, closing: dict[str, str], verdict: str, reason: str, guess: Guess | None
) -> None:
    """Close the reading and, with a ``guess``, store the forecast: both or neither.

    Raises what ``close`` and ``forecast`` do.
    """
    with writing():
        close(seat, closing, verdict, reason)
        if guess is not None:
            forecast(seat, *guess)


def find_forecast(seat: Seat) -> Forecast | None:
    """The reader's own guess, or None. Nobody else's is ever returned."""
    reading = find_reading(seat)
    if reading is None:
        return None
    return db.session.get(Forecast, (reading.revision_id, reading.reviewer_id))


def is_open(seat: Seat) -> bool:
    """Whether a guess that was made may still be changed."""
    return is_newest(seat.revision) and not is_approved(seat.revision)
