"""An approver's verdicts: another draft, or stop; and what a newer or stopped text refuses."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.review.approvers import approvers_of
from wbtest.review.models import Reading, Reviewer
from wbtest.review.reviewers import reading_of, seat_of
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing.models import Release, Revision, Stop, name_of
from wbtest.writing.releases import find_newest_revision
from wbtest.writing.typed_text import needed_text

LONGEST_REASON = 2_000
MOST_WEEKS = 520


class NotYourVerdict(Refused):
    """Only an approver decides on a text."""

    status = 403


def ask_for_another(revision: Revision, approver: Person, what: str) -> Reading:
    """Record that this approver wants another draft; ``what`` must change.

    Raises Invalid without a usable sentence, NotYourVerdict for who is no approver.
    """
    what = needed_text("what", what, LONGEST_REASON, "Enter what must change.")
    return note_verdict(revision, approver, "another", what)


def stop_release(
    revision: Revision, approver: Person, reason: str, weeks_saved: int | None = None
) -> Stop:
    """Stop the release on paper and put it away with its reason; the first stop stays.

    ``weeks_saved`` is a guess of how long building it would have taken. Raises as
    ``ask_for_another`` does.
    """
    reason = needed_text("reason", reason, LONGEST_REASON, "Enter the reason.")
    if weeks_saved is not None and not 0 <= weeks_saved <= MOST_WEEKS:
        raise Invalid("weeks", f"Enter 0 to {MOST_WEEKS} weeks, or leave it empty.")
    with writing() as session:
        hold(revision.release)
        note_verdict(revision, approver, "stop", reason)
        found = session.get(Stop, revision.release_id)
        if found is None:
            found = Stop(
                release_id=revision.release_id,
                revision_id=revision.id,
                reason=reason,
                weeks_saved=weeks_saved,
                stopped_by_id=approver.id,
                stopped_at=clock.now(),
            )
            session.add(found)
            record("release.stopped", name_of(revision), by=approver)
    return found


def take_up_again(release: Release, approver: Person) -> None:
    """Let a stopped release go on; why it was stopped stays in the verdicts of its revision."""
    _check_is_approver(approver)
    with writing() as session:
        hold(release)
        found = session.get(Stop, release.id)
        if found is not None:
            session.delete(found)
            record("release.taken_up", name_of(release), by=approver)


def note_verdict(revision: Revision, approver: Person, verdict: str, reason: str) -> Reading:
    """Write an approver's verdict beside the revision; a later one of theirs replaces it.

    Without a ``reason`` the one that they gave for the same verdict stays.
    """
    _check_is_approver(approver)
    with writing():
        reading = reading_of(seat_of(revision, approver))
        if reason or reading.verdict != verdict:
            reading.verdict, reading.verdict_reason = verdict, reason
        reading.verdict_at = clock.now()
    return reading


def find_stop(release: Release) -> Stop | None:
    """Why and by whom the release was stopped, or None."""
    return db.session.get(Stop, release.id)


def verdicts_of(revision: Revision) -> list[Reading]:
    """Everybody's verdict on the revision, oldest first."""
    return list(
        db.session.scalars(
            select(Reading)
            .where(Reading.revision_id == revision.id, Reading.verdict != "")
            .options(joinedload(Reading.reviewer).joinedload(Reviewer.person))
            .order_by(Reading.verdict_at, Reading.id)
        )
    )


def _check_is_approver(person: Person) -> None:
    if person not in approvers_of():
        raise NotYourVerdict("Only an approver can decide this. Say it in your review instead.")


class TextChanged(Refused):
    """A newer revision exists, so this one is no longer what the team would sign."""


class Stopped(Refused):
    """The text has findings that stop it, or the release was stopped on paper."""


def is_newest(revision: Revision) -> bool:
    """Whether no later text of this release was frozen."""
    newest = find_newest_revision(revision.release)
    return newest is None or newest.id == revision.id


def check_is_newest(revision: Revision, instead: str) -> None:
    """Raise TextChanged when a later text was frozen; ``instead`` says what to do with that."""
    newest = find_newest_revision(revision.release)
    if newest is not None and newest.number > revision.number:
        raise TextChanged(f"The text changed: revision {newest.number} is newer. {instead}")


def check_not_stopped(release: Release, before: str) -> None:
    """Raise Stopped when the release was stopped on paper; ``before`` names what must wait."""
    if (put_away := find_stop(release)) is not None:
        raise Stopped(
            f"{put_away.stopped_by.name} stopped this idea. Restore it before you {before}."
        )
