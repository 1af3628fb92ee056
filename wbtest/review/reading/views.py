"""The reading room: blind answers, silent reading, what one thinks of it."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Form

from wbtest.review import refusals
from wbtest.review.questions import BLIND, CLOSING
from wbtest.review.reading import forecasts, readings
from wbtest.review.reading.forms import AnswerForm, ClosingForm, ForecastForm, typed_in
from wbtest.review.reading.room import page_of
from wbtest.review.reviewers import Seat, find_reading
from wbtest.review.seat_views import bp, seated, to_room
from wbtest.store import Invalid


@bp.get("")
@seated
def room(seat: Seat) -> ResponseReturnValue:
    """The next step of this reader with this revision; ``change`` opens what they said last."""
    step = readings.step_of(find_reading(seat))
    is_changing = step == "thanks" and "change" in request.args
    return _room_page(seat, "close" if is_changing and refusals.is_newest(seat.revision) else step)


@bp.post("/answer")
@seated
def answer(seat: Seat) -> ResponseReturnValue:
    """Store the blind answers."""
    form = AnswerForm(request.form)
    if not form.validate():
        return _room_page(seat, "answer", form), 422
    readings.answer(seat, form.function.data, typed_in(form, BLIND))
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
    readings.refuse_early(find_reading(seat))
    form = ClosingForm(request.form)
    said, verdict = typed_in(form, CLOSING), form.verdict.data or ""
    if form.validate():
        try:
            forecasts.conclude(seat, said, verdict, form.reason.data or "", form.guess)
        except Invalid as refused:
            form[refused.field].errors = [str(refused)]
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
        form[refused.field].errors = [str(refused)]
        page = page_of(seat, "thanks", form)
        # Who may not change their guess any more has no form beside which it could stand.
        if not page["may_guess"]:
            raise
        return render_template("review/room.html", **page), 422
    flash("Your forecast is stored. Only you see it.")
    return to_room()


def _room_page(seat: Seat, step: readings.Step, typed: Form | None = None) -> str:
    return render_template("review/room.html", **page_of(seat, step, typed))
