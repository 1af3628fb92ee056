"""Who waits for whom, since when, and what is to be done about it. Pure.

The facts come from ``waiting_facts``. An approved release without an experiment is not ours to say.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from wbtest.writing.document import Document, OpenQuestion


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody, as the team reads it; without ``person_id`` somebody who has no log-in."""

    name: str
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """``by`` waits for ``who`` to do ``what`` at ``path``; others read of it at ``about``."""

    who: Who
    what: str
    by: str
    since: datetime
    path: str
    about: str

    def how_long(self, now: datetime) -> str:
        """Since when somebody waits, in days of UTC: "since today", "for 3 days"."""
        days = (now.date() - self.since.date()).days
        return f"for {days} days" if days > 1 else ("since today", "since yesterday")[max(days, 0)]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who was asked to read a revision, when, and when they were done with it."""

    who: Who
    asked_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenComment:
    """A comment that the author can see and has not answered; ``since`` they can see it."""

    by: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """The newest revision of a release that is up for review, and what became of it.

    ``is_newest`` is whether no newer one was frozen; ``approved_by`` are ids of people, and
    ``is_sent_back`` is whether somebody who approves wants another draft, or to stop.
    """

    release_id: int
    product: str
    number: int
    is_newest: bool
    author: Who
    asked_by: str
    readers: tuple[Reader, ...]
    comments: tuple[OpenComment, ...]
    approved_by: frozenset[int]
    is_sent_back: bool

    @property
    def text(self) -> str:
        """What is read, as it is named in a sentence."""
        return f"revision {self.number} of {self.product}"

    @property
    def path(self) -> str:
        """The page of the revision."""
        return f"/releases/{self.release_id}/revisions/{self.number}"


@dataclass(frozen=True, slots=True)
class Approving:
    """Who may approve in a workspace, how many must, and which people (ids) must be among them."""

    approvers: tuple[Who, ...]
    needed: int = 1
    required: frozenset[int] = frozenset()
    # Who is alone approves the own text.
    is_alone: bool = False


def waits_of(review: Review, approving: Approving) -> Iterator[Wait]:
    """Return what a review waits for: its readers, its author, then those who approve."""
    yield from _for_readers(review)
    yield from _for_author(review)
    yield from _for_approvers(review, approving)


def overdue(
    release_id: int, document: Document, author: Who, members: Sequence[Who], now: datetime
) -> Iterator[Wait]:
    """Return the draft's open questions whose day is over. Without an owner the author is asked."""
    path = f"/releases/{release_id}"
    for question in document.faq:
        until = _day(question.open)
        if question.open is None or until is None or until >= now.date():
            continue
        first_late = datetime(until.year, until.month, until.day, tzinfo=UTC) + timedelta(days=1)
        owner = question.open.owner.strip()
        words = question.question.strip() or "a question without words"
        yield Wait(
            who=_owner(owner, members) if owner else author,
            what=f"Settle “{words}”",
            by=document.product or "the release",
            since=first_late,
            path=path,
            about=path,
        )


def named(names: Iterable[str]) -> str:
    """Names as a sentence has them, each once.

    >>> named(["Mei", "Tom", "Mei", "Ada"])
    'Mei, Tom and Ada'
    """
    *most, last = dict.fromkeys(names)
    return f"{', '.join(most)} and {last}" if most else last


def _for_readers(review: Review) -> Iterator[Wait]:
    for reader in review.readers:
        if reader.done_at is None:
            yield Wait(
                who=reader.who,
                what=f"Read {review.text}, and say what you think",
                by=review.asked_by,
                since=reader.asked_at,
                path=f"{review.path}/review",
                about=review.path,
            )


def _for_author(review: Review) -> Iterator[Wait]:
    if review.comments:
        count = len(review.comments)
        yield Wait(
            who=review.author,
            what=f"Answer {'a comment' if count == 1 else f'{count} comments'} on {review.product}",
            by=named(comment.by for comment in review.comments),
            since=min(comment.since for comment in review.comments),
            path=f"{review.path}/review",
            about=review.path,
        )


def _for_approvers(review: Review, approving: Approving) -> Iterator[Wait]:
    done = [reader.done_at for reader in review.readers if reader.done_at is not None]
    if not done or len(done) < len(review.readers):
        return
    if not review.is_newest or review.is_sent_back:
        return
    for approver in _missing(review, approving):
        yield Wait(
            who=approver,
            what=f"Decide on {review.text}: everybody who was asked has read it",
            by=review.author.name,
            since=max(done),
            path=review.path,
            about=review.path,
        )


def _missing(review: Review, approving: Approving) -> list[Who]:
    """Who could still approve, and whose approval is still needed."""
    signed = review.approved_by
    able = [
        who
        for who in approving.approvers
        if who.person_id not in signed and (approving.is_alone or who != review.author)
    ]
    if len(signed) < approving.needed:
        return able
    return [who for who in able if who.person_id in approving.required]


def _owner(name: str, members: Sequence[Who]) -> Who:
    """The member of this name, or of this first name when one alone has it; else the name."""
    wanted = name.casefold()
    for names in (
        [who.name.casefold() for who in members],
        [who.name.casefold().partition(" ")[0] for who in members],
    ):
        if names.count(wanted) == 1:
            return members[names.index(wanted)]
    return Who(name)


def _day(unknown: OpenQuestion | None) -> date | None:
    try:
        return date.fromisoformat(unknown.until) if unknown else None
    except ValueError:
        return None
