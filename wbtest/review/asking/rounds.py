"""A review is asked for: of which revision, of whom, and how long one reads in silence."""

from collections.abc import Collection

from sqlalchemy import select

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import clock, db
from wbtest.letter import Letter
from wbtest.review.asking import letters
from wbtest.review.asking.letters import Text
from wbtest.review.models import Reviewer, Round
from wbtest.review.refusals import refuse_old, refuse_put_away
from wbtest.review.reviewers import is_over, member_reviewer
from wbtest.runtime import runtime
from wbtest.store import Invalid, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Membership, Person
from wbtest.writing.models import Release, Revision
from wbtest.writing.naming import name_of
from wbtest.writing.typed import kept_text

USUAL_MINUTES = 20
MOST_MINUTES = 120
LONGEST_NOTE = 2_000


def ask_for_review(
    revision: Revision,
    person: Person,
    minutes: int = USUAL_MINUTES,
    note: str = "",
    members: Collection[int] = (),
) -> Round:
    """Put the newest revision up for review, and ask those ``members`` (ids of people) by mail.

    Guests with a live link are asked along. The second time it changes minutes and note, and asks
    who was not asked yet. Raises TextChanged for an older revision, Stopped, else Invalid.
    """
    note = kept_text("note", note, LONGEST_NOTE)
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid("minutes", f"Silent reading takes 1 to {MOST_MINUTES} minutes.")
    with writing() as session:
        hold(revision.release)
        refuse_old(revision, "Ask for the review of that one.")
        refuse_put_away(revision.release, "ask somebody to read it")
        people = _members(members)
        found = session.get(Round, revision.id)
        asked = found or Round(
            revision_id=revision.id,
            opened_by_id=person.id,
            opened_at=clock.now(),
        )
        asked.minutes, asked.note = minutes, note
        session.add(asked)
        _ask_members(asked, revision, person, people)
        if found is None:
            _ask_guests(asked, revision, person)
            record("review.asked", name_of(revision), by=person)
    return asked


def newest_in_review(release: Release) -> Revision | None:
    """The newest revision whose review somebody asked for, or None."""
    return db.session.scalars(
        select(Revision)
        .join(Round, Round.revision_id == Revision.id)
        .where(Revision.release_id == release.id)
        .order_by(Revision.number.desc())
        .limit(1)
    ).first()


def find_round(revision: Revision) -> Round | None:
    """The review of this revision, or None before somebody asked for it."""
    return db.session.get(Round, revision.id)


def is_asked(reviewer: Reviewer, asked: Round | None) -> bool:
    """Whether this reviewer was asked for this review, and not for an earlier one only."""
    return (
        asked is not None
        and reviewer.invited_at is not None
        and reviewer.invited_at >= asked.opened_at
    )


def text_of(revision: Revision, asked: Round) -> Text:
    """What the mails say of the text."""
    return Text(revision.document.get("product", ""), revision.number, asked.minutes)


def note_asked(reviewer: Reviewer, person: Person) -> None:
    """Note that ``person`` asked this reviewer just now; inside ``writing``."""
    reviewer.invited_at, reviewer.invited_by_id = clock.now(), person.id


def _members(ids: Collection[int]) -> list[Person]:
    wanted = set(ids)
    # They come as they were sent, so they are compared here: no database counts as far as a form.
    everybody = db.session.scalars(select(Person).join(Membership).order_by(Person.id))
    found = [person for person in everybody if person.id in wanted]
    if len(found) < len(wanted):
        raise Invalid("members", "Somebody you chose is not in your team. Choose once more.")
    return found


def _ask_members(asked: Round, revision: Revision, person: Person, people: list[Person]) -> None:
    base_url = runtime().settings.base_url
    url = f"{base_url}/releases/{revision.release_id}/revisions/{revision.number}/review"
    letter = letters.invitation(text_of(revision, asked), person.name, asked.note, url)
    for member in people:
        reviewer = member_reviewer(revision.release, member)
        if not is_asked(reviewer, asked):
            note_asked(reviewer, person)
            _mail(member.email, letter)


def _ask_guests(asked: Round, revision: Revision, person: Person) -> None:
    letter = letters.new_revision(text_of(revision, asked), person.name, asked.note)
    links = select(Reviewer).where(
        Reviewer.release_id == revision.release_id, Reviewer.token_hash.is_not(None)
    )
    for guest in db.session.scalars(links):
        if not is_over(guest):
            note_asked(guest, person)
            if guest.email:
                _mail(guest.email, letter)


def _mail(recipient: str, letter: Letter) -> None:
    queue_mail(
        recipient=recipient,
        subject=letter.subject,
        body=letter.body,
    )
