"""Comments that wait for their author's answer, by the rule of who sees whose comments."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload

from wbtest.extensions import db
from wbtest.review.models import Comment, Reading, Reviewer
from wbtest.review.reviewers import Reader, Readers, is_over
from wbtest.review.waiting.turns import OpenComment
from wbtest.team.models import Membership
from wbtest.writing.models import Release, Revision

AUTHOR = Reader(None, is_author=True)


@dataclass(slots=True)
class _Progress:
    """A reviewer, their role in the team, and which revisions they began and were done with.

    ``done`` is number → when.
    """

    reviewer: Reviewer
    role: str | None
    begun: set[int] = field(default_factory=set)
    done: dict[int, datetime] = field(default_factory=dict)

    def done_at(self, number: int) -> datetime | None:
        """When they were first done with this revision or a later one."""
        return min((at for key, at in self.done.items() if key >= number), default=None)

    @property
    def is_here(self) -> bool:
        """Whether they can still come: members, and guests whose link is open."""
        is_guest = self.reviewer.person_id is None
        return not is_over(self.reviewer) if is_guest else self.role is not None


def open_comments() -> dict[int, list[OpenComment]]:
    """What authors can see and have not answered, by release, the oldest first."""
    found: dict[int, list[OpenComment]] = defaultdict(list)
    rows = _unanswered()
    progress = _progress({row.release_id for row in rows})
    readers = {row.revision_id: _readers(row, progress[row.release_id].values()) for row in rows}
    for row in rows:
        writer = progress[row.release_id][row.reviewer_id]
        if readers[row.revision_id].can_see(row.reviewer_id, AUTHOR):
            since = max(row.written_at, writer.done_at(row.number) or row.written_at)
            found[row.release_id].append(OpenComment(writer.reviewer.name, since))
    return found


def _unanswered() -> list[Any]:
    """Comments of others than the authors, without an outcome and without an author's reply."""
    writer, reply, answers = aliased(Reviewer), aliased(Comment), aliased(Reviewer)
    authors = (Release.author_id, Revision.author_id)
    is_by_author = exists().where(writer.id == Comment.reviewer_id, writer.person_id.in_(authors))
    is_answered = exists().where(
        reply.parent_id == Comment.id,
        answers.id == reply.reviewer_id,
        answers.person_id.in_(authors),
    )
    return list(
        db.session.execute(
            select(
                Comment.release_id,
                Comment.revision_id,
                Comment.reviewer_id,
                Comment.written_at,
                Revision.number,
                Revision.author_id,
                Release.author_id.label("began_by"),
            )
            .join(Revision, Revision.id == Comment.revision_id)
            .join(Release, Release.id == Comment.release_id)
            .where(
                Comment.parent_id.is_(None),
                Comment.outcome == "",
                ~is_by_author,
                ~is_answered,
            )
            .order_by(Comment.written_at, Comment.id)
        )
    )


def _progress(releases: Collection[int]) -> dict[int, dict[int, _Progress]]:
    """How far everybody is with the revisions of these releases, by release and reviewer."""
    found: dict[int, dict[int, _Progress]] = defaultdict(dict)
    reviewers = db.session.execute(
        select(Reviewer, Membership.role)
        .outerjoin(
            Membership,
            (Membership.person_id == Reviewer.person_id),
        )
        .where(Reviewer.release_id.in_(releases))
        .options(joinedload(Reviewer.person))
    )
    for reviewer, role in reviewers:
        found[reviewer.release_id][reviewer.id] = _Progress(reviewer, role)
    readings = db.session.execute(
        select(Reading.reviewer_id, Reading.done_at, Revision.release_id, Revision.number)
        .join(Revision, Revision.id == Reading.revision_id)
        .where(Revision.release_id.in_(releases))
    )
    for row in readings:
        progress = found[row.release_id][row.reviewer_id]
        progress.begun.add(row.number)
        if row.done_at is not None:
            progress.done[row.number] = row.done_at
    return found


def _readers(row: Any, everybody: Iterable[_Progress]) -> Readers:
    """The reviewers as readers of the revision that this comment is about."""
    by_id, begun = {}, set()
    for progress in everybody:
        reviewer = progress.reviewer
        by_id[reviewer.id] = Reader(
            reviewer.id,
            is_done=progress.done_at(row.number) is not None,
            is_author=reviewer.person_id in (row.author_id, row.began_by),
            is_owner=progress.role == "owner",
        )
        if progress.is_here and row.number in progress.begun:
            begun.add(reviewer.id)
    return Readers(by_id, frozenset(begun))
