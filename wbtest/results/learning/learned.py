"""What the tests of a release taught, for its page and for every later draft of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.learning.assumptions import Assumption, assumptions_of, newest_by_key
from wbtest.results.learning.models import AssumptionMark, LearningCard
from wbtest.results.learning.rows import cards_of, marks_through
from wbtest.writing import document as documents
from wbtest.writing.models import Release, Revision


@dataclass(frozen=True, slots=True)
class Learned:
    """What the tests of a release taught; of each assumption the last word, and each card.

    ``present`` are marks on assumptions that the draft still makes, ``gone`` on others; ``open``
    are those of the draft of which no test has said anything.
    """

    present: tuple[AssumptionMark, ...]
    gone: tuple[AssumptionMark, ...]
    open: tuple[Assumption, ...]
    cards: tuple[LearningCard, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no test has taught anything yet."""
        return not (self.present or self.gone or self.cards)

    @property
    def tally(self) -> str:
        """How the assumptions stand: “1 refuted, 2 confirmed, 3 still open”."""
        return tally([*self.present, *self.gone], len(self.open))


def tally(marks: Iterable[AssumptionMark], unmarked: int = 0) -> str:
    """How often each thing was said, and of how many assumptions nothing; '' for none at all."""
    counts = Counter(mark.state for mark in marks)
    counts["open"] += unmarked
    names = {"refuted": "refuted", "confirmed": "confirmed", "open": "still open"}
    return ", ".join(f"{counts[key]} {name}" for key, name in names.items() if counts[key])


def learned_of(release: Release) -> Learned:
    """What the tests of this release taught, and those of the one whose text it began with."""
    tests = _tests_of(release)
    newest = newest_by_key(marks_through(tests))
    assumed = assumptions_of(documents.from_json(release.document))
    keys = {each.key for each in assumed}
    return Learned(
        present=tuple(newest[each.key] for each in assumed if each.key in newest),
        gone=tuple(mark for key, mark in newest.items() if key not in keys),
        open=tuple(each for each in assumed if each.key not in newest),
        cards=tuple(cards_of(tests)),
    )


def _tests_of(release: Release) -> Select[int]:
    """A query for the ids of all experiments of a release and of those that it was copied from."""
    family = (
        db.select(Release.id, Release.copied_from_id)
        .where(Release.id == release.id)
        .cte("family", recursive=True)
    )
    family = family.union(
        db.select(Release.id, Release.copied_from_id)
        .where(Release.id == family.c.copied_from_id)
        # SQLite gives numbers out again, so one may be that of somebody else's release by now.
        .where(Release.workspace_id == release.workspace_id)
    )
    query: Select[int] = (
        db.select(Experiment.id)
        .join(Revision, Experiment.revision_id == Revision.id)
        .where(Revision.release_id.in_(db.select(family.c.id)))
    )
    return query
