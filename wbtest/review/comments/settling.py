"""What becomes of a comment: resolved, declined, opened again, or its suggestion applied."""

from collections.abc import Callable

from wbtest.extensions import clock
from wbtest.review.comments.anchors import Gone, follow
from wbtest.review.comments.pointing import put_in
from wbtest.review.comments.texts import Range
from wbtest.review.models import Comment
from wbtest.review.seats import Seat, member_reviewer, take_seat
from wbtest.store import Refused, hold, writing
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.document import Document, NotADocument
from wbtest.writing.releases import save_release


class NotYours(Refused):
    """Somebody else's comment, or a role that does not reach."""

    status = 403


class SettledAlready(Refused):
    """Somebody has settled the comment meanwhile, in another way."""


class WordsGone(Refused):
    """The draft does not say any more what the suggestion would replace."""


def resolve(seat: Seat, comment: Comment, *, is_editor: bool) -> None:
    """Settle a comment: what it asked for is done. Raises NotYours."""
    _settle(seat, comment, "resolved", is_editor=is_editor)


def decline(seat: Seat, comment: Comment, *, is_editor: bool) -> None:
    """Settle a comment: the words stay as they are. Raises NotYours."""
    _settle(seat, comment, "declined", is_editor=is_editor)


def reopen(seat: Seat, comment: Comment, *, is_editor: bool) -> None:
    """Take back that a comment is settled. Raises NotYours."""
    _settle(seat, comment, "", is_editor=is_editor)


# What a form asks for, and the verb that does it.
OUTCOMES: dict[str, Callable[..., None]] = {
    "resolved": resolve,
    "declined": decline,
    "reopened": reopen,
}


def apply_suggestion(comment: Comment, person: Person) -> None:
    """Write the suggestion into the draft, in place of the words where they stand now; save it.

    The second time changes nothing. Raises WordsGone when the draft has other words there by now,
    SettledAlready when somebody resolved or declined it.
    """
    release = comment.revision.release
    with writing():
        hold(release)
        hold(comment)
        if comment.outcome == "applied":
            return
        _refuse_settled(comment)
        draft = with_suggestion(comment, documents.from_json(release.document))
        # Who holds a link is no member, and so approves nothing.
        suggested_by = comment.reviewer.person_id
        writers = () if suggested_by is None else (suggested_by,)
        save_release(release, draft, release.version, person, writers)
        comment.outcome = "applied"
        comment.settled_at = clock.now()
        comment.settled_by_id = member_reviewer(release, person).id


def with_suggestion(comment: Comment, draft: Document) -> Document:
    """Return the draft with the suggestion in place of the words. Raises WordsGone."""
    if comment.suggestion is None:
        raise WordsGone("This comment suggests no other words.")
    frozen = documents.from_json(comment.revision.document)
    place = follow(frozen, draft, comment.path, comment.start, comment.end)
    if isinstance(place, Gone):
        raise WordsGone("These words are gone from the draft. Decline this, or write by hand.")
    if place.is_changed:
        raise WordsGone("These words were changed in the draft since. Write this one by hand.")
    try:
        return put_in(draft, place.path, Range(place.start, place.end), comment.suggestion)
    except NotADocument as fault:
        raise WordsGone(f"The suggestion does not fit there any more. {fault.sentence}") from fault


def _settle(seat: Seat, comment: Comment, outcome: str, *, is_editor: bool) -> None:
    with writing():
        hold(seat.revision.release)
        hold(comment)
        reviewer = take_seat(seat)
        if not is_editor and comment.reviewer_id != reviewer.id:
            raise NotYours("Whoever wrote this comment settles it, or an editor.")
        if comment.outcome != outcome:
            if outcome:
                _refuse_settled(comment)
            comment.outcome = outcome
            comment.settled_at = clock.now() if outcome else None
            comment.settled_by_id = reviewer.id if outcome else None


def _refuse_settled(comment: Comment) -> None:
    """What one person settled nobody settles otherwise from a page that is older."""
    if comment.outcome:
        raise SettledAlready("Somebody has settled this comment meanwhile. Open it again first.")
