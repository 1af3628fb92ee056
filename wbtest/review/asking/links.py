"""Review links: a seat for somebody without a log-in. Of the token only a hash is kept."""

import secrets
from datetime import timedelta

from sqlalchemy import func, or_, select

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import clock, db
from wbtest.review.asking import letters
from wbtest.review.asking.rounds import find_round, newest_in_review, note_asked, text_of
from wbtest.review.models import Reviewer
from wbtest.review.reviewers import hash_of, is_over
from wbtest.runtime import runtime
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person
from wbtest.team.people import LONGEST_NAME, clean_email
from wbtest.writing.models import Release
from wbtest.writing.naming import name_of
from wbtest.writing.wording import find_fault

USUAL_DAYS = 14
MOST_DAYS = 60
MOST_LINKS = 50


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
) -> tuple[Reviewer, str]:
    """Make a seat for somebody who is called ``name``; return it with the token of its link.

    With ``sees_internal`` it shows the internal FAQ too; with an e-mail it is mailed. Nobody can
    learn the token later: it is to be shown now. Raises Invalid at name, email or days, and
    TooManyLinks.
    """
    name = " ".join(name.split())
    if not name:
        raise Invalid("name", "Say whom the link is for: you will see what they answered.")
    if fault := find_fault(name, LONGEST_NAME):
        raise Invalid("name", fault)
    reviewer = Reviewer(
        release_id=release.id,
        link_name=name,
        email=clean_email(email) if email.strip() else "",
        sees_internal=sees_internal,
    )
    with writing() as session:
        hold(release)
        session.add(reviewer)
        token = _open(reviewer, release, person, days)
        record("review_link.made", _whose(reviewer), by=person)
    return reviewer, token


def renew(reviewer: Reviewer, person: Person, days: int = USUAL_DAYS) -> str:
    """Give the holder of a link a new one, and return its token; the old one stops working.

    What they answered and wrote stays theirs. Raises Invalid at days, and TooManyLinks.
    """
    with writing():
        hold(reviewer.release)
        hold(reviewer)
        token = _open(reviewer, reviewer.release, person, days)
        record("review_link.renewed", _whose(reviewer), by=person)
    return token


def revoke(reviewer: Reviewer) -> None:
    """Close a link from now on; what its holder wrote stays."""
    with writing():
        hold(reviewer)
        if reviewer.revoked_at is None:
            reviewer.revoked_at = clock.now()
            record("review_link.revoked", _whose(reviewer))


def find_link(release: Release, reviewer_id: int) -> Reviewer | None:
    """The link of this number, if it is one of this release."""
    found = db.session.get(Reviewer, reviewer_id)
    is_link = found is not None and found.token_hash is not None
    return found if is_link and found is not None and found.release_id == release.id else None


def links_of(release: Release) -> list[Reviewer]:
    """Every link of the release, the newest first, also those that are over."""
    return list(
        db.session.scalars(
            select(Reviewer)
            .where(Reviewer.release_id == release.id, Reviewer.token_hash.is_not(None))
            .order_by(Reviewer.id.desc())
        )
    )


def _open(reviewer: Reviewer, release: Release, person: Person, days: int) -> str:
    """Open a link for ``days`` days, mail it, and return its token; inside ``writing``."""
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days", f"A link works for 1 to {MOST_DAYS} days.")
    if reviewer.token_hash is None or is_over(reviewer):
        _refuse_too_many(release)
    token = secrets.token_urlsafe(24)
    reviewer.token_hash = hash_of(token)
    reviewer.expires_at = clock.now() + timedelta(days=days)
    reviewer.revoked_at = None
    note_asked(reviewer, person)
    if reviewer.email:
        _mail(reviewer, release, person, token)
    return token


def _whose(reviewer: Reviewer) -> str:
    return f"{reviewer.link_name} to {name_of(reviewer.release)}"


def _refuse_too_many(release: Release) -> None:
    live = select(func.count()).where(
        Reviewer.release_id == release.id,
        Reviewer.token_hash.is_not(None),
        Reviewer.revoked_at.is_(None),
        or_(Reviewer.expires_at.is_(None), Reviewer.expires_at > clock.now()),
    )
    if (db.session.scalar(live) or 0) >= MOST_LINKS:
        raise TooManyLinks(f"{MOST_LINKS} links are open. Take one back before you make another.")


def _mail(reviewer: Reviewer, release: Release, person: Person, token: str) -> None:
    base_url = runtime().settings.base_url
    revision = newest_in_review(release)
    asked = find_round(revision) if revision else None
    assert reviewer.expires_at is not None
    letter = letters.link(
        release.document.get("product", ""),
        text_of(revision, asked) if revision and asked else None,
        person.name,
        f"{base_url}/review/{token}",
        reviewer.expires_at,
    )
    queue_mail(
        recipient=reviewer.email,
        subject=letter.subject,
        body=letter.body,
    )
