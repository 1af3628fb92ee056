"""What the tests of a release taught, for its page and for every later draft of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Select

from wbtest.extensions import db
from wbtest.publishing import rule as rules
from wbtest.publishing.models import Experiment
from wbtest.results.learning.assumptions import (
    Assumption,
    assumptions_behind,
    assumptions_of,
    newest_by_key,
    without_twins,
)
from wbtest.results.learning.models import AssumptionMark, LearningCard
from wbtest.results.learning.rows import cards_of, marks_through
from wbtest.writing import document as documents
from wbtest.writing.models import Release, Revision


class Learned(NamedTuple):
    """What the tests of a release taught; of each assumption the last word, and each card.

    ``present`` are marks on assumptions that the draft or the target of a test still makes,
    ``gone`` on others; of ``open`` and ``behind`` no test has said anything: those of the draft,
    and those that a target rests on.
    """

    present: tuple[AssumptionMark, ...]
    gone: tuple[AssumptionMark, ...]
    open: tuple[Assumption, ...]
    behind: tuple[Assumption, ...]
    cards: tuple[LearningCard, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no test has taught anything yet, nor assumes anything of its own."""
        return not (self.has_taught or self.behind)

    @property
    def has_taught(self) -> bool:
        """Whether a test has taught anything."""
        return bool(self.present or self.gone or self.cards)

    @property
    def tally(self) -> str:
        """How the assumptions stand: “1 refuted, 2 confirmed, 3 still open”."""
        return tally([*self.present, *self.gone], len(self.open) + len(self.behind))


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
    every = without_twins([*assumed, *_behind_targets(tests)])
    keys = {each.key for each in every}
    return Learned(
        present=tuple(newest[each.key] for each in every if each.key in newest),
        gone=tuple(mark for key, mark in newest.items() if key not in keys),
        open=tuple(each for each in assumed if each.key not in newest),
        behind=tuple(each for each in every[len(assumed) :] if each.key not in newest),
        cards=tuple(cards_of(tests)),
    )


def _behind_targets(tests: Select[int]) -> list[Assumption]:
    """The numbers that the targets of these tests were worked out from, the newest test's first."""
    query = (
        db.select(Experiment.rule)
        .where(Experiment.id.in_(tests))
        .order_by(Experiment.created_at.desc(), Experiment.id.desc())
    )
    return [
        assumption
        for rule in db.session.scalars(query)
        if rule.get("reckoning")
        for assumption in assumptions_behind(rules.from_json(rule))
    ]


def _tests_of(release: Release) -> Select[int]:
    """A query for the ids of all experiments of a release and of those that it was copied from."""
    family = (
        db.select(Release.id, Release.copied_from_id)
        .where(Release.id == release.id)
        .cte("family", recursive=True)
    )
    family = family.union(
        db.select(Release.id, Release.copied_from_id).where(Release.id == family.c.copied_from_id)
    )
    query: Select[int] = (
        db.select(Experiment.id)
        .join(Revision, Experiment.revision_id == Revision.id)
        .where(Revision.release_id.in_(db.select(family.c.id)))
    )
    return query
