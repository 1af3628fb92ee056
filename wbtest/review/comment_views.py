"""Comments beside the text in the reading room, and the page with all comments on a release."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.review import comments as verbs
from wbtest.review import views
from wbtest.review.comment_targets import WHOLE, choices_of
from wbtest.review.comment_threads import (
    Thread,
    age_in_words,
    by_part,
    count_comments,
    find_thread,
    list_comments,
)
from wbtest.review.comments import OUTCOMES, apply_suggestion
from wbtest.review.models import Comment
from wbtest.review.reviewers import Seat, document_for, seat_of
from wbtest.review.room_access import bp, seated
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing.document import Document
from wbtest.writing.models import Release
from wbtest.writing.releases import find_newest_revision

OUTCOME_MESSAGES = {"resolved": "Resolved.", "declined": "Declined.", "reopened": "Open again."}
# What the form calls its fields, for the list of what to change.
LABELS = {
    "path": "About",
    "words": "Which words",
    "text": "Your comment",
    "suggestion": "What should stand there",
}
# What a form of the list of all comments sends, to come back there.
LIST = "list"
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
    OUTCOMES[outcome](seat, thread.comment, is_editor=_is_editor(seat))
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
    flash("Written into the draft.")
    return _to_comment(seat, thread.comment)


@bp.post("/comments/<int:comment_id>/delete")
@seated
def delete(seat: Seat, comment_id: int) -> ResponseReturnValue:
    """Delete an own comment that nobody has seen."""
    verbs.delete_own(seat, _get_thread(seat, comment_id).comment)
    flash("Deleted. Nobody else had seen it.")
    return redirect(url_for(".room", _anchor="comments"), 303)


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
    """Back to where the comment stands: in the room, or in the list of all."""
    if seat.person is not None and request.form.get("back") == LIST:
        return redirect(url_for("review.comments", release_id=comment.release_id), 303)
    # Who wrote their first comment has a seat only now.
    now = seat_of(seat.revision, seat.person) if seat.person else seat
    thread = find_thread(now, comment.id)
    anchor = f"comment-{thread.number}" if thread else "comments"
    return redirect(url_for(".room", _anchor=anchor), 303)


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


views.bp.add_app_template_filter(age_in_words, "age_in_words")


@views.bp.get("/releases/<int:release_id>/comments", endpoint="comments")
@access.requires("read")
def list_of_comments(release_id: int) -> ResponseReturnValue:
    """The comments on all revisions, and where their words stand in the draft."""
    release = access.get(Release, release_id, "read")
    are_settled = request.args.get("show") == "settled"
    found = list_comments(release, access.person())
    settled = [one for one in found if one.thread.comment.outcome]
    open_ = [one for one in found if not one.thread.comment.outcome]
    return render_template(
        "review/comments.html",
        release=release,
        document=documents.from_json(release.document),
        parts=by_part(settled if are_settled else open_),
        are_settled=are_settled,
        count={"open": len(open_), "settled": len(settled)},
        hidden=count_comments(release) - len(found),
        newest=find_newest_revision(release),
    )
