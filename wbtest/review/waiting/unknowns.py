"""The open questions of a draft whose day is near or over, and who is to settle them. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from wbtest.review.waiting.waits import Wait, Who
from wbtest.writing.document import Document, OpenQuestion

# So many days before its own somebody is reminded.
NEAR = timedelta(days=3)


def unknowns(
    release_id: int, document: Document, author: Who, members: Sequence[Who], now: datetime
) -> Iterator[Wait]:
    """Return the draft's open questions to settle by now. Without an owner the author is asked."""
    path = f"/releases/{release_id}"
    for question in document.faq:
        until = _day(question.open)
        if question.open is None or until is None or until - now.date() > NEAR:
            continue
        near = date.fromordinal(max(1, until.toordinal() - NEAR.days))
        owner = question.open.owner.strip()
        words = question.question.strip() or "a question without words"
        # A question has no number, so its words name it.
        key = sha256(words.encode()).hexdigest()[:12]
        yield Wait(
            who=_owner(owner, members) if owner else author,
            thing=f"unknown {release_id} {key}",
            what=f"Settle “{words}”",
            by=document.product or "the release",
            since=datetime.combine(near, time.min, UTC),
            path=path,
            about=path,
            due=until,
        )


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
