"""Comments on a text: write, answer, settle, apply and delete them."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.review import comments as verbs
from wbtest.review.comment_anchors import WHOLE, choices_of
from wbtest.review.comments import OUTCOMES, Thread, apply_suggestion, find_thread
from wbtest.review.models import Comment
from wbtest.review.reviewers import Seat, document_for, seat_of
from wbtest.review.room_views import bp, seated
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.document import Document

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
    return choices_of(document)


@bp.post("/comments")
@seated
def comments(seat: Seat) -> ResponseReturnValue:
    """Store a comment on words or a part of the text."""
    typed = request.form
    try:
        written = verbs.write_comment(
            seat,
            typed.get("path", WHOLE),
            typed.get("words", ""),
            typed.get("text", ""),
            typed.get("suggestion", ""),
            _number(typed, "near"),
        )
    except Invalid as refused:
        return _comment_page(seat, typed, refused)
    return _to_comment(seat, written)


@bp.post("/comments/<int:comment_id>/reply")
@seated
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
    if outcome not in OUTCOMES:
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
    apply_suggestion(thread.comment, seat.person)
    flash("Suggestion added to the draft.")
    return _to_comment(seat, thread.comment)


@bp.post("/comments/<int:comment_id>/delete")
@seated
def delete(seat: Seat, comment_id: int) -> ResponseReturnValue:
    """Delete an own comment that nobody has seen."""
    verbs.delete_own(seat, _get_thread(seat, comment_id).comment)
    flash("Comment deleted.")
    return _back(seat, "comments") or redirect(url_for(".room", _anchor="comments"), 303)


def _get_thread(seat: Seat, comment_id: int) -> Thread:
    """The thread of a comment that the seat may see; 404 when there is none."""
    found = find_thread(seat, comment_id)
    if found is None:
        abort(404)
    return found


def _is_editor(seat: Seat) -> bool:
    """Whether a member who may edit asks; whoever holds a link may not, logged in or not."""
    return seat.person is not None and access.has_permission("edit")


def _to_comment(seat: Seat, comment: Comment) -> ResponseReturnValue:
    """Back to where the comment is: in the room, or beside the revision it was answered from."""
    # Who wrote their first comment has a seat only now.
    now = seat_of(seat.revision, seat.person) if seat.person else seat
    thread = find_thread(now, comment.id)
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
    seat: Seat, typed: Mapping[str, str], refused: Invalid, thread: Thread | None = None
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
