"""The reading room: who gets in, each step of a reader, comments, and marks on others' answers.

A member comes by ``/releases/<id>/revisions/<n>/review``, a guest by ``/review/<token>/<n>``.
Each view of ``bp`` gets the seat, and ``url_for(".name")`` stays on the side from which one
came. A guest's address is a secret, so no page behind it tells it to another site or page.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form

from wbtest.errors import TITLES
from wbtest.extensions import clock
from wbtest.forms import add_form_error, form_on
from wbtest.review import alignment as aligning
from wbtest.review import approvals, comment_anchors, readings, views
from wbtest.review import comments as verbs
from wbtest.review.forms import (
    AnswerForm,
    ClosingForm,
    ForecastForm,
    answers_in,
    closing_of,
    guess_of,
)
from wbtest.review.models import Comment, Reading, Reviewer
from wbtest.review.review_answers import (
    BLIND,
    CLOSING,
    FUNCTIONS,
    NEEDED,
    VERDICTS,
    progress_in_words,
    routed_to,
)
from wbtest.review.review_requests import find_round, newest_in_review
from wbtest.review.reviewers import (
    Seat,
    document_for,
    find_by_token,
    find_reading,
    is_over,
    seat_by_link,
    seat_of,
)
from wbtest.store import Invalid, Refused
from wbtest.team import access
from wbtest.web import LARGEST_ID
from wbtest.writing.document import Document
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_newest_revision, find_revision

MEMBERS = "/releases/<int:release_id>/revisions/<int:number>/review"
GUESTS = "/review/<token>/<int:number>"
bp = Blueprint("reading", __name__)


class LinkOver(Refused):
    """A review link that was taken back, or whose time is over."""

    status = 410


class LinkUnknown(Refused):
    """A review link that never was, or in whose place there is a new one, or opens no such text."""

    status = 404


def seated(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Give the view its seat as the first argument; turn away who has none."""

    @access.read_or_linked
    @wraps(view)
    def checked(**where: Any) -> ResponseReturnValue:
        seat = _get_seat(where)
        return view(seat, **where)

    return checked


@bp.errorhandler(Refused)
def refusal_page(error: Refused) -> ResponseReturnValue:
    """A refusal as a page that leads back to the room: a guest has no start page to go to."""
    # A 403 here is about the order of things, or about whose words these are; a role is no part.
    title = TITLES.get(409 if error.status == 403 else error.status, TITLES[409])
    page = render_template(
        "error.html",
        status=error.status,
        title=title,
        sentence=str(error),
        error_id="",
        next_url=url_for(".room") if "seat_place" in g else "",
        next_label="Back to the review",
    )
    return page, error.status


@bp.url_defaults
def _stay_on_this_side(endpoint: str, values: dict[str, Any]) -> None:
    """Complete an address of this room with where the asking reader sits."""
    if endpoint.startswith(f"{request.blueprint}."):
        for name, value in g.get("seat_place", {}).items():
            values.setdefault(name, value)


def _get_seat(where: dict[str, Any]) -> Seat:
    g.seat_place = {**where}
    number = where.pop("number")
    if "token" in where:
        reviewer = reviewer_of(where.pop("token"))
        return seat_by_link(_get_in_review(reviewer.release, number), reviewer)
    revision = views.get_revision(where.pop("release_id"), number, "read")
    return seat_of(revision, access.person())


def reviewer_of(token: str) -> Reviewer:
    """Whose link this is. Raises LinkUnknown for one that never was, LinkOver."""
    reviewer = find_by_token(token)
    if reviewer is None:
        raise LinkUnknown("This link doesn’t work. Ask the person who shared it for a new one.")
    if is_over(reviewer):
        raise LinkOver("This link has expired. Ask the person who shared it for a new one.")
    return reviewer


def _get_in_review(release: Release, number: int) -> Revision:
    """A guest reads what was put up for review, and no draft before or after it."""
    found = find_revision(release, number)
    if found is None or find_round(found) is None:
        raise LinkUnknown("This link doesn’t open that text. Use the link as you got it.")
    return found


def to_room() -> ResponseReturnValue:
    """Back to the room, after something was written."""
    return redirect(url_for(".room"), 303)


@views.bp.get("/review/<token>")
@access.read_or_linked
def link(token: str) -> ResponseReturnValue:
    """Redirect a guest with this link to the newest revision in review."""
    release = reviewer_of(token).release
    revision = newest_in_review(release)
    if revision is None:
        return render_template("review/not_yet.html", release=release)
    return redirect(url_for("guests.room", token=token, number=revision.number), 303)


for _shut in (LinkOver, LinkUnknown):
    views.bp.register_error_handler(_shut, refusal_page)


RoomValues = dict[str, Any]
MARKS = {"same": True, "different": False, "": None}


@bp.get("")
@seated
def room(seat: Seat) -> ResponseReturnValue:
    """The next step of this reader with this revision; ``change`` opens what they said last."""
    step = readings.step_of(find_reading(seat))
    is_changing = step == "thanks" and "change" in request.args
    return _room_page(seat, "close" if is_changing and approvals.is_newest(seat.revision) else step)


@bp.route("/answer", methods=["GET", "POST"])
@seated
@form_on(".room")
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


@bp.route("/close", methods=["GET", "POST"])
@seated
@form_on(".room")
def close(seat: Seat) -> ResponseReturnValue:
    """Store what the reader thinks, the verdict and the guess."""
    readings.check_has_read(find_reading(seat))
    form = ClosingForm(request.form)
    said, verdict = answers_in(form, CLOSING), form.verdict.data or ""
    if form.validate():
        try:
            readings.conclude(seat, said, verdict, form.reason.data or "", form.guess)
        except Invalid as refused:
            add_form_error(form, refused)
        else:
            return to_room()
    return _room_page(seat, "close", form), 422


@bp.route("/forecast", methods=["GET", "POST"])
@seated
@form_on(".room")
def forecast(seat: Seat) -> ResponseReturnValue:
    """Store the guess alone."""
    form = ForecastForm(request.form)
    try:
        readings.forecast(seat, *(form.guess or ("", "", "")))
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


def room_values(seat: Seat, step: readings.Step, typed: Form | None = None) -> RoomValues:
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
    threads = verbs.threads_for(seat)
    return {"threads": threads, "marks": verbs.marks_of_threads(threads)}


def _values_after(
    seat: Seat, reading: Reading, step: readings.Step, typed: Form | None
) -> RoomValues:
    guess = readings.find_forecast(seat)
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
        "may_guess": guess is None or readings.is_open(seat),
        "is_newest": approvals.is_newest(seat.revision),
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


OUTCOME_MESSAGES = {
    "resolved": "Comment resolved.",
    "declined": "Comment rejected.",
    "reopened": "Comment restored.",
}
# What the form calls its fields, for the list of what to change.
LABELS = {
    "path": "About",
    "words": "Quote",
    "text": "Comment",
    "suggestion": "Suggested text",
}
_LONGEST_NUMBER = 9


@bp.app_template_global()
def parts_to_comment(
    document: Document,
) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a comment may be about, for the form's list."""
    return comment_anchors.choices_of(document)


@bp.route("/comments", methods=["GET", "POST"])
@seated
@form_on(".room")
def comments(seat: Seat) -> ResponseReturnValue:
    """Store a comment on words or a part of the text."""
    typed = request.form
    try:
        written = verbs.write_comment(
            seat,
            typed.get("path", comment_anchors.WHOLE),
            typed.get("words", ""),
            typed.get("text", ""),
            typed.get("suggestion", ""),
            _number(typed, "near"),
        )
    except Invalid as refused:
        return _comment_page(seat, typed, refused)
    return _to_comment(seat, written)


@bp.route("/comments/<int:comment_id>/reply", methods=["GET", "POST"])
@seated
@form_on(".room")
def reply(seat: Seat, comment_id: int) -> ResponseReturnValue:
    """Store an answer to a comment."""
    thread = _get_thread(seat, comment_id)
    try:
        verbs.reply(seat, thread.comment, request.form.get("text", ""))
    except Invalid as refused:
        return _comment_page(seat, request.form, refused, thread)
    return _to_comment(seat, thread.comment)


@bp.post("/comments/<int:comment_id>/settle")
@seated
def settle(seat: Seat, comment_id: int) -> ResponseReturnValue:
    """Resolve, decline or reopen a comment."""
    thread = _get_thread(seat, comment_id)
    outcome = request.form.get("outcome", "")
    if outcome not in verbs.OUTCOMES:
        abort(400)
    verbs.settle(seat, thread.comment, outcome, is_editor=_is_editor(seat))
    flash(OUTCOME_MESSAGES[outcome])
    return _to_comment(seat, thread.comment)


@bp.post("/comments/<int:comment_id>/apply")
@seated
def apply(seat: Seat, comment_id: int) -> ResponseReturnValue:
    """Write the suggested words into the draft."""
    thread = _get_thread(seat, comment_id)
    if seat.person is None:
        abort(403)
    if not _is_editor(seat):
        access.too_low()
    verbs.apply_suggestion(thread.comment, seat.person)
    flash("Suggestion added to the draft.")
    return _to_comment(seat, thread.comment)


@bp.post("/comments/<int:comment_id>/delete")
@seated
def delete(seat: Seat, comment_id: int) -> ResponseReturnValue:
    """Delete an own comment that nobody has seen."""
    verbs.delete_own(seat, _get_thread(seat, comment_id).comment)
    flash("Comment deleted.")
    return _back(seat, "comments") or redirect(url_for(".room", _anchor="comments"), 303)


def _get_thread(seat: Seat, comment_id: int) -> verbs.Thread:
    """The thread of a comment that the seat may see; 404 when there is none."""
    found = verbs.find_thread(seat, comment_id)
    if found is None:
        abort(404)
    return found


def _is_editor(seat: Seat) -> bool:
    """Whether a member who may edit asks; nobody may through a link, logged in or not."""
    return seat.person is not None and access.has_permission("edit")


def _to_comment(seat: Seat, comment: Comment) -> ResponseReturnValue:
    """Back to where the comment is: in the room, or beside the revision it was answered from."""
    # Who wrote their first comment has a seat only now.
    now = seat_of(seat.revision, seat.person) if seat.person else seat
    thread = verbs.find_thread(now, comment.id)
    number = f"comment-{thread.number}" if thread else "comments"
    is_beside = _number(request.form, "back") == seat.revision.number
    anchor = number if is_beside and not comment.outcome else f"said-{comment.id}"
    return _back(seat, anchor) or redirect(url_for(".room", _anchor=number), 303)


def _back(seat: Seat, anchor: str) -> ResponseReturnValue | None:
    """To the page of the revision from which a member sent the form, if it was one."""
    number = _number(request.form, "back")
    if seat.person is None or number is None:
        return None
    release_id = seat.revision.release_id
    url = url_for("review.revision", release_id=release_id, number=number, _anchor=anchor)
    return redirect(url, 303)


def _comment_page(
    seat: Seat, typed: Mapping[str, str], refused: Invalid, thread: verbs.Thread | None = None
) -> ResponseReturnValue:
    """What was typed and could not be kept, with the reason at its field."""
    page = render_template(
        "review/comment.html",
        seat=seat,
        document=document_for(seat),
        labels=LABELS,
        typed=typed,
        refused=refused,
        thread=thread,
    )
    return page, refused.status


def _number(typed: Mapping[str, str], name: str) -> int | None:
    value = typed.get(name, "")
    return int(value) if value.isdecimal() and len(value) <= _LONGEST_NUMBER else None
