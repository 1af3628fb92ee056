"""Whose turn it is in a review: its readers', its author's, or that of those who approve. Pure.

The facts come from ``facts``. An approved release without an experiment is not ours to say.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct, field

from wbtest.review.approvers import Needs, able_among
from wbtest.review.waiting.waits import Wait, Who
from wbtest.writing.wording import joined


class Reader(NamedTuple):
    """Who was asked to read a revision, when, and when they were done with it."""

    who: Who
    asked_at: datetime
    done_at: datetime | None


class OpenComment(NamedTuple):
    """A comment that the author can see and has not answered; ``since`` they can see it."""

    by: str
    since: datetime


class Review(Struct, frozen=True):
    """A revision that somebody may have to read, to answer for or to decide on.

    ``is_newest`` is whether no newer one was frozen, ``is_in_review`` whether a review of it was
    asked for, and ``has_no_review`` whether none was of an older one either. ``writers`` and
    ``approved_by`` are ids of people; ``approved_by_writers`` are those of the latter who wrote it,
    so that one of them is not enough. ``sent_back`` is which approvers want another draft, or to
    stop, and since when.
    """

    release_id: int
    product: str
    number: int
    is_newest: bool
    is_in_review: bool
    has_no_review: bool
    author: Who
    frozen_at: datetime
    asked_by: str
    readers: tuple[Reader, ...]
    comments: tuple[OpenComment, ...]
    writers: frozenset[int]
    approved_by: frozenset[int]
    approved_by_writers: frozenset[int]
    sent_back: tuple[tuple[str, datetime], ...]

    @property
    def text(self) -> str:
        """What is read, as it is named in a sentence."""
        return f"revision {self.number} of {self.product}"

    @property
    def path(self) -> str:
        """The page of the revision."""
        return f"/releases/{self.release_id}/revisions/{self.number}"

    @property
    def key(self) -> str:
        """What names the revision in ``Wait.thing``."""
        return f"{self.release_id}.{self.number}"


class Approving(Struct, frozen=True):
    """Who may approve, and what it takes of them."""

    approvers: tuple[Who, ...]
    needs: Needs = field(default_factory=Needs)
    # Who is alone approves the own text.
    is_alone: bool = False

    def is_met_by(self, review: Review) -> bool:
        """Whether the revision has approvals enough."""
        return self.needs.are_met_by(review.approved_by, review.approved_by_writers)


def waits_of(review: Review, approving: Approving) -> Iterator[Wait]:
    """Return what a review waits for: its readers, its author, then those who approve."""
    yield from _for_readers(review)
    yield from _for_author(review)
    yield from _for_next_draft(review, approving)
    yield from _for_approvers(review, approving)


def _for_readers(review: Review) -> Iterator[Wait]:
    for reader in review.readers:
        if reader.done_at is None:
            yield Wait(
                who=reader.who,
                thing=f"read {review.key}",
                what=f"Read {review.text}, and say what you think",
                by=review.asked_by,
                since=reader.asked_at,
                path=f"{review.path}/review",
                about=review.path,
                # Who is asked gets a mail about it at once.
                mailed_at=reader.asked_at,
            )


def _for_author(review: Review) -> Iterator[Wait]:
    if review.comments:
        count = len(review.comments)
        yield Wait(
            who=review.author,
            thing=f"answer {review.release_id}",
            what=f"Answer {'a comment' if count == 1 else f'{count} comments'} on {review.product}",
            by=joined(dict.fromkeys(comment.by for comment in review.comments)),
            since=min(comment.since for comment in review.comments),
            path=f"{review.path}/review",
            about=review.path,
            newest_at=max(comment.since for comment in review.comments),
        )


def _for_next_draft(review: Review, approving: Approving) -> Iterator[Wait]:
    # What enough others signed goes on, whoever wanted more of it.
    if not review.sent_back or not review.is_newest or approving.is_met_by(review):
        return
    names = joined(dict.fromkeys(name for name, _ in review.sent_back))
    asks = "ask" if len(review.sent_back) > 1 else "asks"
    yield Wait(
        who=review.author,
        thing=f"draft {review.key}",
        what=f"Write the next draft of {review.product}: {names} {asks} for it",
        by=names,
        since=min(since for _, since in review.sent_back),
        path=f"/releases/{review.release_id}",
        about=review.path,
        newest_at=max(since for _, since in review.sent_back),
    )


def _for_approvers(review: Review, approving: Approving) -> Iterator[Wait]:
    if not _is_for_approvers(review, approving):
        return
    done = [reader.done_at for reader in review.readers if reader.done_at is not None]
    for approver in _missing(review, approving):
        yield Wait(
            who=approver,
            thing=f"approve {review.key}",
            what=f"Approve or send back {review.text}",
            by=review.author.name,
            since=max([review.frozen_at, *done]),
            path=review.path,
            about=review.path,
        )


def _is_for_approvers(review: Review, approving: Approving) -> bool:
    """Whether the text is at its approvers: all who were asked are done, and nobody decided.

    A text of which no review was asked for is so once somebody has signed it, and where a team
    does without reviews: then it waits for everybody who did not write it.
    """
    if not review.is_newest or review.sent_back or approving.is_met_by(review):
        return False
    if any(reader.done_at is None for reader in review.readers):
        return False
    if review.is_in_review or review.approved_by:
        return True
    return review.has_no_review and not approving.is_alone


def _missing(review: Review, approving: Approving) -> list[Who]:
    """Who could still approve, and whose approval is still needed; the required first."""
    signed = review.approved_by
    approvers = {who.person_id for who in approving.approvers if who.person_id is not None}
    able_ids = able_among(approvers, review.writers, is_alone=approving.is_alone) - signed
    able = [who for who in approving.approvers if who.person_id in able_ids]
    required = [who for who in able if who.person_id in approving.needs.required]
    if approving.needs.approvals - len(signed) <= len(required) and required:
        return required
    return required + [who for who in able if who not in required]
