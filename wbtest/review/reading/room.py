"""What stands in the reading room at each step of a reader. Looks, and changes nothing."""

from typing import Any

from wtforms import Form

from wbtest.extensions import clock
from wbtest.review import refusals
from wbtest.review.alignment.answers import summary_of
from wbtest.review.asking.rounds import find_round
from wbtest.review.comment_threads import marks_of_threads, threads_for
from wbtest.review.models import Reading
from wbtest.review.questions import BLIND, CLOSING, FUNCTIONS, NEEDED, VERDICTS, routed_to
from wbtest.review.reading import forecasts, readings
from wbtest.review.reading.forms import (
    AnswerForm,
    ClosingForm,
    ForecastForm,
    closing_of,
    guess_of,
)
from wbtest.review.reading.readings import Step
from wbtest.review.reviewers import Seat, document_for, find_reading
from wbtest.writing.releases import find_newest_revision

Shown = dict[str, Any]


def page_of(seat: Seat, step: Step, typed: Form | None = None) -> Shown:
    """What the page of this step shows; ``typed`` is a form that could not be stored."""
    reading = find_reading(seat)
    shown: Shown = {
        "seat": seat,
        "step": step,
        "reading": reading,
        "revision": seat.revision,
        "document": document_for(seat),
        "asked": find_round(seat.revision),
        "newer": _newer(seat),
    }
    # Of what others wrote, and of the text, nothing is even looked up before the answers.
    if step == "answer":
        return shown | _before(seat, typed)
    assert reading is not None
    shown |= _comments(seat)
    if step == "read":
        until = readings.reads_until(reading)
        return shown | {"until": until, "left": until - clock.now()}
    return shown | _afterwards(seat, reading, step, typed)


def _before(seat: Seat, typed: Form | None) -> Shown:
    function = seat.reviewer.function if seat.reviewer else ""
    return {
        "form": typed or AnswerForm(data={"function": function}),
        "blind": BLIND,
        "needed": NEEDED,
    }


def _comments(seat: Seat) -> Shown:
    threads = threads_for(seat)
    return {"threads": threads, "marks": marks_of_threads(threads)}


def _afterwards(seat: Seat, reading: Reading, step: Step, typed: Form | None) -> Shown:
    guess = forecasts.find_forecast(seat)
    form = (
        ClosingForm(data=closing_of(reading, guess))
        if step == "close"
        else ForecastForm(data=guess_of(guess))
    )
    function = reading.reviewer.function
    return {
        "form": typed or form,
        "guess": guess,
        "may_guess": guess is None or forecasts.is_open(seat),
        "is_newest": refusals.is_newest(seat.revision),
        "questions": CLOSING,
        "verdicts": VERDICTS,
        "function": FUNCTIONS.get(function, ""),
        "routed": routed_to(function, document_for(seat)),
        "summary": summary_of(seat.revision),
    }


def _newer(seat: Seat) -> int | None:
    """The number of a newer text that this reader may open, if there is one."""
    newest = find_newest_revision(seat.revision.release)
    if newest is None or newest.id == seat.revision.id:
        return None
    return newest.number if seat.person or find_round(newest) else None
