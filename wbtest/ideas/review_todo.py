"""What reviews, comments, questions and undelivered mails wait for: a query for each fact."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from wbtest.delivery import outbox
from wbtest.extensions import db
from wbtest.ideas.todo import AskedReader, Assignee, OpenComment, ReviewState, TodoItem
from wbtest.review.approvals import signers_of
from wbtest.review.models import Comment, Reading, Reviewer, Round
from wbtest.review.readings import signature_of
from wbtest.review.reviewers import Reader, Readers, is_over
from wbtest.team.models import Membership, Person
from wbtest.writing.models import Candidate, Release, Revision

Members = Mapping[int | None, Assignee]
AUTHOR = Reader(None, is_author=True)
# What each is called, who counts it, what to do, for whom, and where.
_UNDELIVERED = (
    (
        "email",
        outbox.find_failed_mails,
        "Send again or delete {} that didn’t arrive",
        "the recipient",
        "/settings/email",
    ),
    (
        "event",
        outbox.find_failed_events,
        "Send again {} that failed to reach a webhook",
        "another program",
        "/settings/developers",
    ),
)


def reviews_of(
    products: Mapping[int, str],
    members: Members,
    able: Collection[int | None],
) -> list[ReviewState]:
    """The newest text of each release in ``products`` (id → name), and the newest in review.

    ``able`` may approve.
    """
    rows = [row for row in _revisions() if row.release_id in products]
    if not rows:
        return []
    ids = [row.id for row in rows]
    readers = _asked_readers([row.id for row in rows if row.opened_at], members)
    comments = open_comments()
    (approved, by_writers), sent_back = signers_of(ids), _sent_back(ids, able)
    return [
        ReviewState(
            release_id=row.release_id,
            product=products[row.release_id],
            number=row.number,
            is_newest=row.number == row.newest,
            is_in_review=row.opened_at is not None,
            has_no_review=row.in_review is None,
            author=Assignee(row.author, row.author_id),
            created_at=row.created_at,
            asked_by=row.asks or "",
            readers=_readers_of(row, readers),
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


def _readers_of(row: Any, readers: Mapping[int, list[AskedReader]]) -> tuple[AskedReader, ...]:
    """Who was asked to read this revision, and not an earlier one only."""
    if row.opened_at is None:
        return ()
    return tuple(
        reader for reader in readers.get(row.release_id, ()) if reader.asked_at >= row.opened_at
    )


def _asked_readers(revisions: Collection[int], members: Members) -> dict[int, list[AskedReader]]:
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
        who = _assignee_of(reviewer, members)
        if asked_at and who and (done_at or reviewer.person_id or not is_over(reviewer)):
            found[reviewer.release_id].append(AskedReader(who, asked_at, done_at))
    return found


def _assignee_of(reviewer: Reviewer, members: Members) -> Assignee | None:
    if reviewer.person_id is None:
        return Assignee(signature_of(reviewer))
    return members.get(reviewer.person_id)


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


def reader_question_items(
    products: Mapping[int, str], editors: Sequence[Assignee]
) -> Iterator[TodoItem]:
    """Return a line for each release in ``products`` (id → name) and each of the ``editors``."""
    rows = db.session.execute(
        select(
            Candidate.release_id,
            func.count().label("number"),
            func.min(Candidate.asked_at).label("oldest_at"),
            func.max(Candidate.asked_at).label("newest_at"),
        )
        .where(Candidate.outcome == "waiting")
        .group_by(Candidate.release_id)
        .order_by(Candidate.release_id)
    )
    for row in rows:
        if row.release_id not in products:
            continue
        path = f"/releases/{row.release_id}#readers"
        asked = "a question that a reader" if row.number == 1 else f"{row.number} questions readers"
        for who in editors:
            yield TodoItem(
                who=who,
                thing=f"asked {row.release_id}",
                what=f"Answer or dismiss {asked} asked about {products[row.release_id]}",
                by="readers",
                since=row.oldest_at,
                path=path,
                about=path,
                newest_at=row.newest_at,
            )


def undelivered_items(owners: Sequence[Assignee]) -> Iterator[TodoItem]:
    """Return a line for the mails and one for the events, for each of the ``owners``."""
    for noun, count, what, by, path in _UNDELIVERED:
        if (found := count()) is None:
            continue
        counted = f"1 {noun}" if found.number == 1 else f"{found.number:,} {noun}s"
        for who in owners:
            yield TodoItem(
                who=who,
                thing=f"{noun}s",
                what=what.format(counted),
                by=by,
                since=found.oldest_at,
                path=path,
                # Whose mail it is, only owners read.
                about="/settings",
                newest_at=found.newest_at,
            )
