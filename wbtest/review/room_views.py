"""The reading room: each step of a reader, and marks on the answers of others."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from wbtest.extensions import clock
from wbtest.forms import add_form_error
from wbtest.review import alignment as aligning
from wbtest.review import forecasts, readings, verdicts
from wbtest.review.agreement import progress_in_words
from wbtest.review.comment_threads import marks_of_threads, threads_for
from wbtest.review.forms import (
    AnswerForm,
    ClosingForm,
    ForecastForm,
    answers_in,
    closing_of,
    guess_of,
)
from wbtest.review.models import Reading
from wbtest.review.readings import Step
from wbtest.review.review_questions import BLIND, CLOSING, FUNCTIONS, NEEDED, VERDICTS, routed_to
from wbtest.review.review_requests import find_round
from wbtest.review.reviewers import Seat, document_for, find_reading
from wbtest.review.room_access import bp, seated, to_room
from wbtest.store import Invalid
from wbtest.web import LARGEST_ID
from wbtest.writing.releases import find_newest_revision

RoomValues = dict[str, Any]
MARKS = {"same": True, "different": False, "": None}


@bp.get("")
@seated
def room(seat: Seat) -> ResponseReturnValue:
    """The next step of this reader with this revision; ``change`` opens what they said last."""
    step = readings.step_of(find_reading(seat))
    is_changing = step == "thanks" and "change" in request.args
    return _room_page(seat, "close" if is_changing and verdicts.is_newest(seat.revision) else step)


@bp.post("/answer")
@seated
def answer(seat: Seat) -> ResponseReturnValue:
    """Store the blind answers."""
    form = AnswerForm(request.form)
    if not form.validate():
        return _room_page(seat, "answer", form), 422
    readings.answer(seat, form.function.data, answers_in(form, BLIND))
    return to_room()


@bp.post("/begin")
@seated
def begin(seat: Seat) -> ResponseReturnValue:
    """Let somebody who is new to the idea read first."""
    readings.begin(seat, is_new=True)
    return to_room()


@bp.post("/finish")
@seated
def finish(seat: Seat) -> ResponseReturnValue:
    """Note that the reader has read the text."""
    readings.finish(seat)
    return to_room()


@bp.post("/close")
@seated
def close(seat: Seat) -> ResponseReturnValue:
    """Store what the reader thinks, the verdict and the guess."""
    readings.check_has_read(find_reading(seat))
    form = ClosingForm(request.form)
    said, verdict = answers_in(form, CLOSING), form.verdict.data or ""
    if form.validate():
        try:
            forecasts.conclude(seat, said, verdict, form.reason.data or "", form.guess)
        except Invalid as refused:
            add_form_error(form, refused)
        else:
            return to_room()
    return _room_page(seat, "close", form), 422


@bp.post("/forecast")
@seated
def forecast(seat: Seat) -> ResponseReturnValue:
    """Store the guess alone."""
    form = ForecastForm(request.form)
    try:
        forecasts.forecast(seat, *(form.guess or ("", "", "")))
    except Invalid as refused:
        if readings.step_of(find_reading(seat)) != "thanks":
            raise
        add_form_error(form, refused)
        page = room_values(seat, "thanks", form)
        # Who may not change their guess any more has no form beside which it could stand.
        if not page["may_guess"]:
            raise
        return render_template("review/room.html", **page), 422
    flash("Forecast saved.")
    return to_room()


def _room_page(seat: Seat, step: readings.Step, typed: Form | None = None) -> str:
    return render_template("review/room.html", **room_values(seat, step, typed))


def room_values(seat: Seat, step: Step, typed: Form | None = None) -> RoomValues:
    """What the page of this step shows; ``typed`` is a form that could not be stored."""
    reading = find_reading(seat)
    shown: RoomValues = {
        "seat": seat,
        "step": step,
        "reading": reading,
        "revision": seat.revision,
        "document": document_for(seat),
        "asked": find_round(seat.revision),
        "newer": _newer_number(seat),
    }
    # Of what others wrote, and of the text, nothing is even looked up before the answers.
    if step == "answer":
        return shown | _values_before(seat, typed)
    assert reading is not None
    shown |= _comment_values(seat)
    if step == "read":
        until = readings.reads_until(reading)
        return shown | {"until": until, "left": until - clock.now()}
    return shown | _values_after(seat, reading, step, typed)


def _values_before(seat: Seat, typed: Form | None) -> RoomValues:
    function = seat.reviewer.function if seat.reviewer else ""
    return {
        "form": typed or AnswerForm(data={"function": function}),
        "blind": BLIND,
        "needed": NEEDED,
    }


def _comment_values(seat: Seat) -> RoomValues:
    threads = threads_for(seat)
    return {"threads": threads, "marks": marks_of_threads(threads)}


def _values_after(seat: Seat, reading: Reading, step: Step, typed: Form | None) -> RoomValues:
    guess = forecasts.find_forecast(seat)
    form = (
        ClosingForm(data=closing_of(reading, guess))
        if step == "close"
        else ForecastForm(data=guess_of(guess))
    )
    function = reading.reviewer.function
    found = aligning.alignment_of(seat.revision)
    may_see = aligning.may_see_answers(seat)
    return {
        "form": typed or form,
        "guess": guess,
        "may_guess": guess is None or forecasts.is_open(seat),
        "is_newest": verdicts.is_newest(seat.revision),
        "questions": CLOSING,
        "verdicts": VERDICTS,
        "function": FUNCTIONS.get(function, ""),
        "routed": routed_to(function, document_for(seat)),
        "summary": found.summary,
        "answers": found.questions if may_see else (),
        "progress": progress_in_words(found.questions),
        "may_see": may_see,
        "functions": FUNCTIONS,
    }


def _newer_number(seat: Seat) -> int | None:
    """The number of a newer text that this reader may open, if there is one."""
    newest = find_newest_revision(seat.revision.release)
    if newest is None or newest.id == seat.revision.id:
        return None
    return newest.number if seat.person or find_round(newest) else None


@bp.post("/mark")
@seated
def mark(seat: Seat) -> ResponseReturnValue:
    """Record that an answer means the same as the author's, something else, or neither."""
    reading, question = request.form.get("reading", type=int), request.form.get("question", "")
    says = request.form.get("says")
    if reading is None or not 0 < reading <= LARGEST_ID or says not in MARKS:
        abort(400)
    aligning.mark(seat, reading, question, MARKS[says])
    anchor = f"answer-{reading}-{question}"
    if seat.person is None:
        return redirect(url_for(".room", _anchor=anchor), 303)
    release_id, number = seat.revision.release_id, seat.revision.number
    url = url_for("review.revision", release_id=release_id, number=number, _anchor=anchor)
    return redirect(url, 303)
