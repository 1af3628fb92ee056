"""Who has to do what next, since when, and who waits for it: in reviews and tests. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct, field

from wbtest.review.approvers import Needs, able_among
from wbtest.writing.document import Document, OpenQuestion
from wbtest.writing.text_rules import joined

if TYPE_CHECKING:
    from wbtest.publishing.experiment_stages import ExperimentStage


# The first words of ``TodoItem.thing``, in order: what blocks people, what blocks a test, the rest.
KINDS = (
    ("approve", "second", "correct", "read", "answer", "draft"),
    ("start", "decide", "end", "doubt", "check", "close", "emails", "events"),
    ("unknown", "asked"),
)
# What has no day of its own is late when it has waited as long.
LATE_AFTER = timedelta(days=7)
# So many days before its own somebody is reminded.
NEAR = timedelta(days=3)


class Assignee(NamedTuple):
    """Somebody, as the team reads it; without ``person_id`` somebody who has no log-in."""

    name: str
    person_id: int | None = None


class TodoItem(NamedTuple):
    """``by`` waits for ``who`` to do ``what`` at ``path``; others read of it at ``about``.

    ``thing`` is its permanent name: one of ``KINDS`` and numbers. ``mailed_at`` is when a mail of
    its own told of it. A line about several things waits ``since`` the oldest; ``newest_at`` is
    when the last one was added. ``due`` is the last day that was promised.
    """

    who: Assignee
    thing: str
    what: str
    by: str
    since: datetime
    path: str
    about: str
    mailed_at: datetime | None = None
    newest_at: datetime | None = None
    due: date | None = None

    @property
    def kind(self) -> str:
        """The first word of ``thing``."""
        return self.thing.partition(" ")[0]

    @property
    def late_at(self) -> datetime:
        """From when on it is late: after its day, in UTC, or when it has waited a week."""
        if self.due is None:
            return self.since + LATE_AFTER
        return datetime.combine(self.due + timedelta(days=1), time.min, UTC)

    def news_at(self, now: datetime) -> datetime:
        """When there was last something to tell of it: it came, grew, or is late."""
        newest = self.newest_at or self.since
        return max(newest, self.late_at) if self.late_at <= now else newest

    def is_news(self, told_at: datetime | None, now: datetime) -> bool:
        """Whether it is to be told to somebody who was told what was there at ``told_at``."""
        known = [at for at in (told_at, self.mailed_at) if at is not None]
        return not known or self.news_at(now) > max(known)

    def how_long(self, now: datetime) -> str:
        """How it stands with its day, or since when somebody waits, in days of UTC."""
        if self.due is not None:
            return _days_until(self.due, now.date())
        days = (now.date() - self.since.date()).days
        if days > 1:
            return f"waiting for {days} days"
        return "waiting since yesterday" if days == 1 else "new today"


def in_order(waits: Iterable[TodoItem]) -> list[TodoItem]:
    """Return them as somebody does them: what blocks others first, then what waits longest."""
    place = {kind: number for number, kinds in enumerate(KINDS) for kind in kinds}
    return sorted(waits, key=lambda wait: (place[wait.kind], wait.since))


def _days_until(due: date, today: date) -> str:
    """Say how far a day is away.

    >>> day = date(2027, 3, 5)
    >>> _days_until(day, date(2027, 3, 3)), _days_until(day, date(2027, 3, 6))
    ('due in 2 days', '1 day late')
    """
    days = (due - today).days
    if days < 0:
        return "1 day late" if days == -1 else f"{-days} days late"
    return f"due in {days} days" if days > 1 else ("due today", "due tomorrow")[days]


class AskedReader(NamedTuple):
    """Who was asked to read a revision, when, and when they were done with it."""

    who: Assignee
    asked_at: datetime
    done_at: datetime | None


class OpenComment(NamedTuple):
    """A comment that the author can see and has not answered; ``since`` they can see it."""

    by: str
    since: datetime


class ReviewState(Struct, frozen=True):
    """A revision that somebody may have to read, to answer for or to decide on.

    ``is_newest`` is whether there is no newer one, ``is_in_review`` whether a review of it was
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
    author: Assignee
    created_at: datetime
    asked_by: str
    readers: tuple[AskedReader, ...]
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
        """What names the revision in ``TodoItem.thing``."""
        return f"{self.release_id}.{self.number}"


class ApprovalRules(Struct, frozen=True):
    """Who may approve, and what it takes of them."""

    approvers: tuple[Assignee, ...]
    needs: Needs = field(default_factory=Needs)
    # Who is alone approves the own text.
    is_alone: bool = False

    def is_met_by(self, review: ReviewState) -> bool:
        """Whether the revision has approvals enough."""
        return self.needs.are_met_by(review.approved_by, review.approved_by_writers)


def review_items(review: ReviewState, approving: ApprovalRules) -> Iterator[TodoItem]:
    """Return what a review waits for: its readers, its author, then those who approve."""
    yield from _reader_items(review)
    yield from _author_items(review)
    yield from _next_draft_items(review, approving)
    yield from _approver_items(review, approving)


def _reader_items(review: ReviewState) -> Iterator[TodoItem]:
    for reader in review.readers:
        if reader.done_at is None:
            yield TodoItem(
                who=reader.who,
                thing=f"read {review.key}",
                what=f"Review {review.text}",
                by=review.asked_by,
                since=reader.asked_at,
                path=f"{review.path}/review",
                about=review.path,
                # Who is asked gets a mail about it at once.
                mailed_at=reader.asked_at,
            )


def _author_items(review: ReviewState) -> Iterator[TodoItem]:
    if review.comments:
        count = len(review.comments)
        comments = "a comment" if count == 1 else f"{count} comments"
        yield TodoItem(
            who=review.author,
            thing=f"answer {review.release_id}",
            what=f"Reply to {comments} on {review.product}",
            by=joined(dict.fromkeys(comment.by for comment in review.comments)),
            since=min(comment.since for comment in review.comments),
            path=f"{review.path}#comments",
            about=review.path,
            newest_at=max(comment.since for comment in review.comments),
        )


def _next_draft_items(review: ReviewState, approving: ApprovalRules) -> Iterator[TodoItem]:
    # A revision that enough approvers signed goes on, even if another sent it back.
    if not review.sent_back or not review.is_newest or approving.is_met_by(review):
        return
    names = joined(dict.fromkeys(name for name, _ in review.sent_back))
    asks = "ask" if len(review.sent_back) > 1 else "asks"
    yield TodoItem(
        who=review.author,
        thing=f"draft {review.key}",
        what=f"Write the next draft of {review.product}: {names} {asks} for it",
        by=names,
        since=min(since for _, since in review.sent_back),
        path=f"/releases/{review.release_id}",
        about=review.path,
        newest_at=max(since for _, since in review.sent_back),
    )


def _approver_items(review: ReviewState, approving: ApprovalRules) -> Iterator[TodoItem]:
    if not _is_for_approvers(review, approving):
        return
    done = [reader.done_at for reader in review.readers if reader.done_at is not None]
    for approver in _missing_approvers(review, approving):
        yield TodoItem(
            who=approver,
            thing=f"approve {review.key}",
            what=f"Approve or reject {review.text}",
            by=review.author.name,
            since=max([review.created_at, *done]),
            path=review.path,
            about=review.path,
        )


def _is_for_approvers(review: ReviewState, approving: ApprovalRules) -> bool:
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


def _missing_approvers(review: ReviewState, approving: ApprovalRules) -> list[Assignee]:
    """Who could still approve, and whose approval is still needed; the required first."""
    signed = review.approved_by
    approvers = {who.person_id for who in approving.approvers if who.person_id is not None}
    able_ids = able_among(approvers, review.writers, is_alone=approving.is_alone) - signed
    able = [who for who in approving.approvers if who.person_id in able_ids]
    required = [who for who in able if who.person_id in approving.needs.required]
    if approving.needs.approvals - len(signed) <= len(required) and required:
        return required
    return required + [who for who in able if who not in required]


def open_question_items(
    release_id: int,
    document: Document,
    author: Assignee,
    members: Sequence[Assignee],
    now: datetime,
) -> Iterator[TodoItem]:
    """Return the draft's open questions to settle by now. Without an owner the author is asked."""
    path = f"/releases/{release_id}"
    for question in document.faq:
        until = _day(question.open)
        if question.open is None or until is None or until - now.date() > NEAR:
            continue
        near = date.fromordinal(max(1, until.toordinal() - NEAR.days))
        owner = question.open.owner.strip()
        words = question.question.strip() or "a question with no text"
        # A question has no number, so its words name it.
        key = sha256(words.encode()).hexdigest()[:12]
        yield TodoItem(
            who=_named_member(owner, members) if owner else author,
            thing=f"unknown {release_id} {key}",
            what=f"Settle “{words}”",
            by=document.product or "the release",
            since=datetime.combine(near, time.min, UTC),
            path=path,
            about=path,
            due=until,
        )


def _named_member(name: str, members: Sequence[Assignee]) -> Assignee:
    """The member of this name, or of this first name when one alone has it; else the name."""
    wanted = name.casefold()
    for names in (
        [who.name.casefold() for who in members],
        [who.name.casefold().partition(" ")[0] for who in members],
    ):
        if names.count(wanted) == 1:
            return members[names.index(wanted)]
    return Assignee(name)


def _day(unknown: OpenQuestion | None) -> date | None:
    try:
        return date.fromisoformat(unknown.until) if unknown else None
    except ValueError:
        return None


class NextActionInput(NamedTuple):
    """What decides on the next step of a test.

    ``is_outdated``: a newer revision says something else. ``was_checked``: it passed the launch
    check once. ``is_given_up``: it was decided to stop. ``has_choice``: it was chosen what stands
    at its address after the end. ``is_open``: it is over, and late answers may still bring a
    verdict. ``is_proposed``: a decision waits for a second person, which has a line of its own.
    """

    stage: ExperimentStage
    is_approved: bool = False
    is_outdated: bool = False
    was_checked: bool = False
    is_reached: bool = False
    is_withheld: bool = False
    is_open: bool = False
    is_decided: bool = False
    is_given_up: bool = False
    has_choice: bool = False
    is_proposed: bool = False


class NextAction(NamedTuple):
    """A step of a test in a word and in a sentence, the permission it takes, and where it is done.

    ``place`` follows the address of the test.
    """

    what: Literal["check", "start", "end", "doubt", "decide", "close"]
    sentence: str
    permission: str
    place: str


def next_action(facts: NextActionInput) -> NextAction | None:
    """Return what is to be done with a test next, None while nothing is."""
    if facts.stage in ("draft", "checked"):
        return _next_of_draft(facts)
    if facts.is_proposed or (facts.is_open and not facts.is_decided):
        return None
    if facts.stage in ("running", "paused"):
        if facts.is_given_up:
            said = "You decided to stop. End the test."
            return NextAction("end", said, "approve", "/results")
        if facts.is_withheld:
            return NextAction("doubt", "Data unreliable. See why.", "edit", "/results")
        if facts.is_reached and not facts.is_decided:
            return NextAction("decide", "The result is in. Decide.", "approve", "/decision")
        return None
    if not facts.is_decided:
        return NextAction("decide", "Decide: go, iterate or stop.", "approve", "/decision")
    if not facts.has_choice:
        said = "Choose what its page shows now."
        return NextAction("close", said, "own", "?open=after#after")
    return None


def _next_of_draft(facts: NextActionInput) -> NextAction | None:
    if facts.is_outdated or not facts.is_approved:
        return None
    if facts.stage == "checked":
        return NextAction("start", "Ready to start.", "approve", "")
    again = "It changed since the launch check. Check it again."
    said = again if facts.was_checked else "Run the launch check, then start it."
    return NextAction("check", said, "edit", "/launch")


def shared_sources(live: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Return a warning for each source that two open pages count by name.

    ``live`` are address and named sources of each open page.
    """
    pages: defaultdict[str, list[str]] = defaultdict(list)
    for slug, sources in live:
        for source in sources:
            pages[source].append(f"/p/{slug}")
    return [
        f"“{source}” sends people to {_all_of(addresses)}: people who see more than one page "
        "answer the second with the first in mind. Share one of the links at a time."
        for source, addresses in sorted(pages.items())
        if len(addresses) > 1
    ]


def _all_of(addresses: Sequence[str]) -> str:
    ordered = sorted(addresses)
    return f"both {joined(ordered)}" if len(ordered) == 2 else joined(ordered)
