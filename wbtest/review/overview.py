"""What an approver wants to know of a revision beside its text: who read it, and what is new."""

from typing import NamedTuple

from wbtest.review.alignment.answers import Summary, summary_of
from wbtest.review.asking.progress import LinkProgress, MemberProgress, links_for, members_for
from wbtest.review.asking.rounds import find_round
from wbtest.review.comment_threads import count_comments
from wbtest.review.models import Round
from wbtest.review.reviewers import may_hear
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.history.changes import PartDiff, compare
from wbtest.writing.history.in_words import in_words
from wbtest.writing.models import Revision
from wbtest.writing.releases import find_revision


class Overview(NamedTuple):
    """The review of a revision at a glance; ``readers`` are those who were asked or have begun.

    ``may_hear`` is whether who asks may know by now what the readers think of the text.
    """

    asked: Round | None
    may_hear: bool
    readers: tuple[tuple[str, str], ...]
    alignment: Summary
    comments: int


class News(NamedTuple):
    """What a revision changed since an earlier one: a sentence, and its parts word by word.

    ``is_asked`` is whether somebody wants to know it of that very revision.
    """

    since: int
    is_asked: bool
    sentence: str
    parts: tuple[PartDiff, ...]


def overview_of(revision: Revision, asking: Person) -> Overview:
    """The review of this revision, as far as everybody in the team may know."""
    seats: list[MemberProgress | LinkProgress] = [
        *members_for(revision, asking),
        *links_for(revision, asking),
    ]
    return Overview(
        asked=find_round(revision),
        may_hear=may_hear(revision, asking),
        readers=tuple(
            (_name(each), each.state)
            for each in seats
            if each.state != "not opened" or _is_asked(each)
        ),
        alignment=summary_of(revision),
        comments=count_comments(revision.release, are_open=True),
    )


def news_of(revision: Revision, since: int | None = None) -> News | None:
    """What is new since revision ``since``, or since the one before; None in the first."""
    number = since if since and 0 < since < revision.number else revision.number - 1
    old = find_revision(revision.release, number)
    if old is None:
        return None
    texts = [documents.from_json(each.document) for each in (old, revision)]
    parts = compare(texts[0], texts[1], (old.form, revision.form))
    changed = tuple(part for part in parts if part.is_changed)
    return News(number, number == since, in_words(parts), changed)


def _name(each: MemberProgress | LinkProgress) -> str:
    if isinstance(each, MemberProgress):
        return each.person.name
    return f"{each.reviewer.link_name}, by link"


def _is_asked(each: MemberProgress | LinkProgress) -> bool:
    return each.is_asked if isinstance(each, MemberProgress) else each.is_open
