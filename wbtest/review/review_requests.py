"""Ask for a review: of members and of guests, who get a link; and how far everybody is.

Of a link's token only a hash is kept.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from wbtest.delivery.outbox import Letter, queue_mail
from wbtest.extensions import clock, db, runtime
from wbtest.review import approvals, review_answers
from wbtest.review.models import Reading, Reviewer, Round
from wbtest.review.reviewers import hash_of, is_over, may_hear, member_reviewer, readings_of
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Membership, Person
from wbtest.team.people import LONGEST_NAME, clean_email
from wbtest.writing import releases, text_rules
from wbtest.writing.models import Release, Revision, name_of

USUAL_MINUTES = 20
MOST_MINUTES = 120
LONGEST_NOTE = 2_000
USUAL_DAYS = 14
MOST_DAYS = 60
MOST_LINKS = 50


class TextToReview(NamedTuple):
    """What a reviewer is asked to read: of which product, the number, minutes of silent reading."""

    product: str
    number: int
    minutes: int

    @property
    def title(self) -> str:
        """As it is named in a sentence.

        >>> TextToReview("Larder", 2, 20).title
        'Larder, revision 2'
        """
        return f"{self.product or 'a release'}, revision {self.number}"


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
    note = text_rules.kept_text("note", note, LONGEST_NOTE)
    if not 1 <= minutes <= MOST_MINUTES:
        raise Invalid("minutes", f"Enter 1 to {MOST_MINUTES} minutes.")
    with writing() as session:
        hold(revision.release)
        approvals.check_is_newest(revision, "Ask for a review of that one.")
        approvals.check_not_stopped(revision.release, "invite anybody")
        people = _get_members(members)
        asked = session.get(Round, revision.id)
        if asked is None:
            asked = _open_round(revision, person, minutes, note)
        asked.minutes, asked.note = minutes, note
        _ask_members(asked, revision, person, people)
    return asked


def _open_round(revision: Revision, person: Person, minutes: int, note: str) -> Round:
    """Put a revision up for review, and ask the guests who have a link; inside ``writing``."""
    with writing() as session:
        asked = Round(
            revision_id=revision.id,
            opened_by_id=person.id,
            opened_at=clock.now(),
            minutes=minutes,
            note=note,
        )
        session.add(asked)
        session.flush()
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


def text_to_review(revision: Revision, asked: Round) -> TextToReview:
    """What the mails say of the text."""
    return TextToReview(revision.document.get("product", ""), revision.number, asked.minutes)


def note_asked(reviewer: Reviewer, person: Person) -> None:
    """Note that ``person`` asked this reviewer just now; inside ``writing``."""
    reviewer.invited_at, reviewer.invited_by_id = clock.now(), person.id


def _get_members(ids: Collection[int]) -> list[Person]:
    wanted = set(ids)
    # They come as they were sent, so they are compared here: no database counts as far as a form.
    everybody = db.session.scalars(select(Person).join(Membership).order_by(Person.id))
    found = [person for person in everybody if person.id in wanted]
    if len(found) < len(wanted):
        raise Invalid("members", "Someone you chose isn’t on your team. Choose again.")
    return found


def _ask_members(asked: Round, revision: Revision, person: Person, people: list[Person]) -> None:
    base_url = runtime().settings.base_url
    url = f"{base_url}/releases/{revision.release_id}/revisions/{revision.number}/review"
    letter = invitation_mail(text_to_review(revision, asked), person.name, asked.note, url)
    for member in people:
        reviewer = member_reviewer(revision.release, member)
        if not is_asked(reviewer, asked):
            note_asked(reviewer, person)
            _queue(member.email, letter)


def _ask_guests(asked: Round, revision: Revision, person: Person) -> None:
    letter = invitation_mail(
        text_to_review(revision, asked),
        person.name,
        asked.note,
        # The link can't be repeated: only its hash is kept.
        "The link you already have opens the new revision.",
    )
    links = select(Reviewer).where(
        Reviewer.release_id == revision.release_id, Reviewer.token_hash.is_not(None)
    )
    for guest in db.session.scalars(links):
        if not is_over(guest):
            note_asked(guest, person)
            if guest.email:
                _queue(guest.email, letter)


def _queue(recipient: str, letter: Letter) -> None:
    queue_mail(recipient=recipient, subject=letter.subject, body=letter.body)


class TooManyLinks(Refused):
    """As many links of one release are open as one can keep an eye on."""


def make_link(
    release: Release,
    person: Person,
    name: str,
    email: str = "",
    days: int = USUAL_DAYS,
    *,
    sees_internal: bool = False,
    message: str = "",
) -> tuple[Reviewer, str]:
    """Make a seat for somebody called ``name``; return it with the token of its link.

    This puts the newest revision up for review, with ``message``, unless it is already. With
    ``sees_internal`` the link shows the internal FAQ too; with an email it is mailed. Nobody can
    learn the token later, so show it now. Raises Invalid at name, email, days or message,
    TooManyLinks, and Stopped.
    """
    name = " ".join(name.split())
    if not name:
        raise Invalid("name", "Enter the name of your guest.")
    if fault := text_rules.find_fault(name, LONGEST_NAME):
        raise Invalid("name", fault)
    reviewer = Reviewer(
        release_id=release.id,
        link_name=name,
        email=clean_email(email) if email.strip() else "",
        sees_internal=sees_internal,
    )
    message = text_rules.kept_text("message", message, LONGEST_NOTE)
    with writing() as session:
        hold(release)
        approvals.check_not_stopped(release, "invite anybody")
        revision = releases.find_newest_revision(release)
        if revision is not None and find_round(revision) is None:
            _open_round(revision, person, USUAL_MINUTES, message)
        session.add(reviewer)
        token = _open_link(reviewer, release, person, days)
        record("review_link.made", _link_subject(reviewer), by=person)
    return reviewer, token


def renew_link(reviewer: Reviewer, person: Person, days: int = USUAL_DAYS) -> str:
    """Give the holder of a link a new one, and return its token; the old one stops working.

    What they answered and wrote stays theirs. Raises Invalid at days, and TooManyLinks.
    """
    with writing():
        hold(reviewer.release)
        hold(reviewer)
        token = _open_link(reviewer, reviewer.release, person, days)
        record("review_link.renewed", _link_subject(reviewer), by=person)
    return token


def revoke_link(reviewer: Reviewer) -> None:
    """Close a link from now on; what its holder wrote stays."""
    with writing():
        hold(reviewer)
        if reviewer.revoked_at is None:
            reviewer.revoked_at = clock.now()
            record("review_link.revoked", _link_subject(reviewer))


def find_link(release: Release, reviewer_id: int) -> Reviewer | None:
    """The link of this number, if it is one of this release."""
    found = db.session.get(Reviewer, reviewer_id)
    if found is None or found.token_hash is None or found.release_id != release.id:
        return None
    return found


def links_of(release: Release) -> list[Reviewer]:
    """Every link of the release, the newest first, also those that are over."""
    return list(
        db.session.scalars(
            select(Reviewer)
            .where(Reviewer.release_id == release.id, Reviewer.token_hash.is_not(None))
            .order_by(Reviewer.id.desc())
        )
    )


def _open_link(reviewer: Reviewer, release: Release, person: Person, days: int) -> str:
    """Open a link for ``days`` days, mail it, and return its token; inside ``writing``."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days", f"Enter 1 to {MOST_DAYS} days.")
    if reviewer.token_hash is None or is_over(reviewer):
        _check_link_count(release)
    token = secrets.token_urlsafe(24)
    reviewer.token_hash = hash_of(token)
    reviewer.expires_at = clock.now() + timedelta(days=days)
    reviewer.revoked_at = None
    note_asked(reviewer, person)
    if reviewer.email:
        _mail_link(reviewer, release, person, token)
    return token


def _link_subject(reviewer: Reviewer) -> str:
    return f"{reviewer.link_name} to review {name_of(reviewer.release)}"


def _check_link_count(release: Release) -> None:
    live = select(func.count()).where(
        Reviewer.release_id == release.id,
        Reviewer.token_hash.is_not(None),
        Reviewer.revoked_at.is_(None),
        or_(Reviewer.expires_at.is_(None), Reviewer.expires_at > clock.now()),
    )
    if (db.session.scalar(live) or 0) >= MOST_LINKS:
        raise TooManyLinks(f"{MOST_LINKS} links are open. Remove one before you create another.")


def _mail_link(reviewer: Reviewer, release: Release, person: Person, token: str) -> None:
    base_url = runtime().settings.base_url
    revision = newest_in_review(release)
    asked = find_round(revision) if revision else None
    assert reviewer.expires_at is not None
    letter = link_mail(
        release.document.get("product", ""),
        text_to_review(revision, asked) if revision and asked else None,
        person.name,
        asked.note if asked else "",
        f"{base_url}/review/{token}",
        reviewer.expires_at,
    )
    _queue(reviewer.email, letter)


class MemberProgress(NamedTuple):
    """A member, their role and seat, whether they are asked to read this text, and how far."""

    person: Person
    role: str
    reviewer: Reviewer | None
    is_asked: bool
    state: str


class LinkProgress(NamedTuple):
    """A link, how far its holder is, and whether it still opens."""

    reviewer: Reviewer
    state: str
    is_open: bool


def reading_state(reading: Reading | None, *, with_verdict: bool = True) -> str:
    """How far a reading is, in words.

    >>> reading_state(None), reading_state(Reading(verdict="stop"))
    ('not opened', 'reviewed: would stop')
    """
    if reading is not None and reading.verdict:
        return (
            f"reviewed: {review_answers.VERDICTS_IN_WORDS[reading.verdict]}"
            if with_verdict
            else "reviewed"
        )
    if reading is None or reading.started_at is None:
        return "not opened"
    return "reading" if reading.done_at is None else "reviewed"


def members_for(revision: Revision, asking: Person) -> list[MemberProgress]:
    """Everybody in the team but who asks, in the order in which they joined.

    Verdicts are among it for who may hear them.
    """
    reviewers = {
        reviewer.person_id: reviewer
        for reviewer in db.session.scalars(
            select(Reviewer).where(
                Reviewer.release_id == revision.release_id, Reviewer.person_id.is_not(None)
            )
        )
    }
    readings, asked = _readings_by_reviewer(revision), find_round(revision)
    is_heard = may_hear(revision, asking)

    def progress(member: Membership) -> MemberProgress:
        seat = reviewers.get(member.person_id)
        return MemberProgress(
            person=member.person,
            role=member.role,
            reviewer=seat,
            is_asked=seat is not None and is_asked(seat, asked),
            state=reading_state(readings.get(seat.id) if seat else None, with_verdict=is_heard),
        )

    everybody = db.session.scalars(
        select(Membership)
        .where(Membership.person_id != asking.id)
        .options(joinedload(Membership.person))
        .order_by(Membership.created_at, Membership.person_id)
    )
    return [progress(member) for member in everybody]


def links_for(revision: Revision, asking: Person) -> list[LinkProgress]:
    """Every link of the release, the newest first."""
    readings, is_heard = _readings_by_reviewer(revision), may_hear(revision, asking)
    return [
        LinkProgress(
            link, reading_state(readings.get(link.id), with_verdict=is_heard), not is_over(link)
        )
        for link in links_of(revision.release)
    ]


def _readings_by_reviewer(revision: Revision) -> dict[int, Reading]:
    return {reading.reviewer_id: reading for reading in readings_of(revision)}


def invitation_mail(text: TextToReview, asks: str, note: str, way_in: str) -> Letter:
    """Return the mail to somebody whose review ``asks`` (a name) wants; ``way_in`` is last."""
    return _mail_of(
        f"{asks} wants your review of {text.title}",
        _quoted(asks, note),
        _request_sentence(text, asks),
        way_in,
    )


def link_mail(
    product: str, text: TextToReview | None, asks: str, note: str, url: str, until: datetime
) -> Letter:
    """Return the mail with a link; ``text`` is None while nothing is up for review."""
    nothing_yet = (
        f"{asks} would like your review of the press release for {product or 'a product'}. "
        "It isn’t ready yet. We’ll email you when it is."
    )
    return _mail_of(
        f"{asks} wants your review of {text.title if text else product or 'a release'}",
        _quoted(asks, note),
        _request_sentence(text, asks) if text else nothing_yet,
        url,
        f"The link is personal and works until {until.day} {until:%B %Y}. Don’t pass it on.",
    )


def _request_sentence(text: TextToReview, asks: str) -> str:
    minutes = "one minute" if text.minutes == 1 else f"{text.minutes} minutes"
    return (
        f"{asks} would like your review of the press release for {text.title}. You’ll answer a "
        f"few questions, read for about {minutes} and say what you think. "
        "You’ll see other people’s answers after you’ve given yours."
    )


def _quoted(asks: str, note: str) -> str:
    """What was written along, set in, so that it is not taken for ours."""
    lines = "\n".join(f"  {line}".rstrip() for line in note.splitlines())
    return f"{asks} writes:\n{lines}" if note else ""


def _mail_of(subject: str, *parts: str) -> Letter:
    return Letter(subject, "\n\n".join(part for part in parts if part) + "\n")
