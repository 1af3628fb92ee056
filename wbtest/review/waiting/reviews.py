"""The newest texts of each release, with what they wait for: a query for each kind of fact."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from wbtest.extensions import db
from wbtest.review.models import Approval, Reading, Reviewer, Round
from wbtest.review.readings import signature_of
from wbtest.review.reviewers import is_over
from wbtest.review.waiting.comments import open_comments
from wbtest.review.waiting.turns import Reader, Review
from wbtest.review.waiting.waits import Who
from wbtest.team.models import Person
from wbtest.writing.models import Revision

Members = Mapping[int | None, Who]


def reviews_of(
    products: Mapping[int, str],
    members: Members,
    able: Collection[int | None],
) -> list[Review]:
    """The newest text of each release in ``products`` (id → name), and the newest in review.

    ``able`` may approve.
    """
    rows = [row for row in _revisions() if row.release_id in products]
    ids = [row.id for row in rows]
    readers = _readers([row.id for row in rows if row.opened_at], members)
    comments = open_comments()
    (approved, by_writers), sent_back = _approvals(ids), _sent_back(ids, able)
    return [
        Review(
            release_id=row.release_id,
            product=products[row.release_id],
            number=row.number,
            is_newest=row.number == row.newest,
            is_in_review=row.opened_at is not None,
            has_no_review=row.in_review is None,
            author=Who(row.author, row.author_id),
            frozen_at=row.created_at,
            asked_by=row.asks or "",
            readers=_asked(row, readers),
            # Comments are of the release, so only one of its two texts brings them.
            comments=tuple(comments[row.release_id] if row.in_review in (None, row.number) else ()),
            writers=frozenset(row.writers),
            approved_by=frozenset(approved[row.id]),
            approved_by_writers=frozenset(by_writers[row.id]),
            sent_back=tuple(sent_back[row.id]),
        )
        for row in rows
    ]


def _revisions() -> list[Any]:
    """The newest revision of each release, and the newest in review if that is another."""
    numbers = (
        select(
            Revision.release_id,
            func.max(Revision.number).label("newest"),
            func.max(Revision.number).filter(Round.revision_id.is_not(None)).label("in_review"),
        )
        .outerjoin(Round, Round.revision_id == Revision.id)
        .group_by(Revision.release_id)
        .subquery()
    )
    author, asks = aliased(Person), aliased(Person)
    return list(
        db.session.execute(
            select(
                Revision.id,
                Revision.release_id,
                Revision.number,
                Revision.author_id,
                Revision.writers,
                Revision.created_at,
                Round.opened_at,
                numbers.c.newest,
                numbers.c.in_review,
                author.name.label("author"),
                asks.name.label("asks"),
            )
            .join(
                numbers,
                and_(
                    numbers.c.release_id == Revision.release_id,
                    or_(
                        numbers.c.newest == Revision.number,
                        numbers.c.in_review == Revision.number,
                    ),
                ),
            )
            .outerjoin(Round, Round.revision_id == Revision.id)
            .join(author, author.id == Revision.author_id)
            .outerjoin(asks, asks.id == Round.opened_by_id)
            .order_by(Revision.release_id, Revision.number)
        )
    )


def _asked(row: Any, readers: Mapping[int, list[Reader]]) -> tuple[Reader, ...]:
    """Who was asked to read this revision, and not an earlier one only."""
    if row.opened_at is None:
        return ()
    return tuple(
        reader for reader in readers.get(row.release_id, ()) if reader.asked_at >= row.opened_at
    )


def _readers(revisions: Collection[int], members: Members) -> dict[int, list[Reader]]:
    """Who was ever asked to read, by release, with the day they were done with these revisions.

    Left out are those who were not done and can no longer come: former members, closed links.
    """
    rows = db.session.execute(
        select(
            Reviewer,
            Reviewer.invited_at,
            # Who decides without reading is waited for no longer either.
            func.coalesce(Reading.done_at, Reading.verdict_at),
        )
        .outerjoin(
            Reading,
            and_(Reading.reviewer_id == Reviewer.id, Reading.revision_id.in_(revisions)),
        )
        .where(Reviewer.invited_at.is_not(None))
        .order_by(Reviewer.id)
    )
    found = defaultdict(list)
    for reviewer, asked_at, done_at in rows:
        who = _who(reviewer, members)
        if asked_at and who and (done_at or reviewer.person_id or not is_over(reviewer)):
            found[reviewer.release_id].append(Reader(who, asked_at, done_at))
    return found


def _who(reviewer: Reviewer, members: Members) -> Who | None:
    if reviewer.person_id is None:
        return Who(signature_of(reviewer))
    return members.get(reviewer.person_id)


def _approvals(
    revisions: Collection[int],
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Who approved exactly this text, and who of them had written part of it, by revision."""
    rows = db.session.execute(
        select(Approval.revision_id, Approval.approver_id, Approval.is_by_writer)
        .join(Revision, Revision.id == Approval.revision_id)
        .where(Approval.revision_id.in_(revisions), Approval.digest == Revision.digest)
    )
    found, by_writers = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for revision_id, approver_id, is_by_writer in rows:
        found[revision_id].add(approver_id)
        if is_by_writer:
            by_writers[revision_id].add(approver_id)
    return found, by_writers


def _sent_back(
    revisions: Collection[int], able: Collection[int | None]
) -> dict[int, list[tuple[str, datetime]]]:
    """Who of those that may approve wants another draft, or to stop, and since when."""
    rows = db.session.execute(
        select(
            Reading.revision_id,
            Person.name,
            func.coalesce(Reading.verdict_at, Reading.done_at).label("since"),
        )
        .join(Reviewer, Reviewer.id == Reading.reviewer_id)
        .join(Person, Person.id == Reviewer.person_id)
        .where(
            Reading.revision_id.in_(revisions),
            Reading.verdict.in_(("another", "stop")),
            Reviewer.person_id.in_(able),
        )
        .order_by(Reading.verdict_at, Reading.id)
    )
    found = defaultdict(list)
    for row in rows:
        found[row.revision_id].append((row.name, row.since))
    return found
