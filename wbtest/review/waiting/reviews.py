"""The newest review of each release, with what it waits for: a query for each kind of fact."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from wbtest.extensions import db
from wbtest.review.models import Approval, Reading, Reviewer, Round
from wbtest.review.reading.readings import signature_of
from wbtest.review.seats import is_over
from wbtest.review.waiting.comments import open_comments
from wbtest.review.waiting.waits import Reader, Review, Who
from wbtest.team.models import Person, Workspace
from wbtest.writing.models import Revision

Members = Mapping[int | None, Who]


def reviews_of(
    workspace: Workspace,
    products: Mapping[int, str],
    members: Members,
    able: Collection[int | None],
) -> list[Review]:
    """The newest review of each release in ``products`` (id → name); ``able`` may approve."""
    rows = [row for row in _rounds(workspace) if row.release_id in products]
    ids = [row.id for row in rows]
    readers = _readers(workspace, ids, members)
    comments = open_comments(workspace)
    approved, sent_back = _approvals(ids), _sent_back(ids, able)
    return [
        Review(
            release_id=row.release_id,
            product=products[row.release_id],
            number=row.number,
            is_newest=row.number == row.newest,
            author=Who(row.author, row.author_id),
            asked_by=row.asks,
            readers=tuple(r for r in readers[row.release_id] if r.asked_at >= row.opened_at),
            comments=tuple(comments[row.release_id]),
            approved_by=frozenset(approved[row.id]),
            is_sent_back=row.id in sent_back,
        )
        for row in rows
    ]


def _rounds(workspace: Workspace) -> list[Any]:
    """The newest round of each release, with the newest number there is."""
    numbers = (
        select(
            Revision.release_id,
            func.max(Revision.number).label("newest"),
            func.max(Revision.number).filter(Round.revision_id.is_not(None)).label("in_review"),
        )
        .outerjoin(Round, Round.revision_id == Revision.id)
        .where(Revision.workspace_id == workspace.id)
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
                Round.opened_at,
                numbers.c.newest,
                author.name.label("author"),
                asks.name.label("asks"),
            )
            .join(
                numbers,
                and_(
                    numbers.c.release_id == Revision.release_id,
                    numbers.c.in_review == Revision.number,
                ),
            )
            .join(Round, Round.revision_id == Revision.id)
            .join(author, author.id == Revision.author_id)
            .join(asks, asks.id == Round.opened_by_id)
            .order_by(Revision.release_id)
        )
    )


def _readers(
    workspace: Workspace, revisions: Collection[int], members: Members
) -> dict[int, list[Reader]]:
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
        .where(Reviewer.workspace_id == workspace.id, Reviewer.invited_at.is_not(None))
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


def _approvals(revisions: Collection[int]) -> dict[int, set[int]]:
    """Who approved exactly this text, by revision."""
    rows = db.session.execute(
        select(Approval.revision_id, Approval.approver_id)
        .join(Revision, Revision.id == Approval.revision_id)
        .where(Approval.revision_id.in_(revisions), Approval.digest == Revision.digest)
    )
    found = defaultdict(set)
    for revision_id, approver_id in rows:
        found[revision_id].add(approver_id)
    return found


def _sent_back(revisions: Collection[int], able: Collection[int | None]) -> set[int]:
    """The revisions of which somebody who may approve wants another draft, or to stop."""
    rows = db.session.scalars(
        select(Reading.revision_id)
        .join(Reviewer, Reviewer.id == Reading.reviewer_id)
        .where(
            Reading.revision_id.in_(revisions),
            Reading.verdict.in_(("another", "stop")),
            Reviewer.person_id.in_(able),
        )
    )
    return set(rows)
