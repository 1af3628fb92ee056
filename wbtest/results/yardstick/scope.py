"""What is built for a release beside its yardstick: the newest text that enough people approved."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.paging import Page
from wbtest.publishing.models import Experiment
from wbtest.results.models import Decision
from wbtest.results.yardstick.in_words import sentence
from wbtest.results.yardstick.measure import Item, Measure, measure
from wbtest.results.yardstick.models import ScopeChange, ScopeItem
from wbtest.results.yardstick.promises import Sentence, sentences_of
from wbtest.review.models import Approval
from wbtest.review.standing import approvals_by_revision
from wbtest.writing import document as documents
from wbtest.writing.document import Document
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_revision


class Scope(NamedTuple):
    """The list of a release, held against its newest approved revision."""

    revision: Revision
    approval: Approval
    document: Document
    sentences: tuple[Sentence, ...]
    measure: Measure

    @property
    def sentence(self) -> str:
        """How far the list is from what the customer was promised."""
        return sentence(self.measure)


def find_scope(release: Release) -> Scope | None:
    """The list held against the yardstick, or None while no text is approved."""
    approvals = approvals_by_revision(release)
    if not approvals:
        return None
    number = max(approvals)
    revision = find_revision(release, number)
    assert revision is not None, "an approval points at its revision"
    document = documents.from_json(revision.document)
    sentences = sentences_of(document)
    items = [_as_item(row) for row in items_of(release)]
    return Scope(revision, approvals[number], document, sentences, measure(items, sentences))


def items_of(release: Release) -> list[ScopeItem]:
    """Everything on the list, in its order."""
    query = (
        db.select(ScopeItem)
        .where(ScopeItem.release_id == release.id)
        .order_by(ScopeItem.position, ScopeItem.id)
    )
    return list(db.session.scalars(query))


def changes_of(release: Release, page: Page | None = None) -> list[ScopeChange]:
    """The changes of the list, the newest first: those of a page, or all of them."""
    query = (
        db.select(ScopeChange)
        .where(ScopeChange.release_id == release.id)
        .options(joinedload(ScopeChange.person))
        .order_by(ScopeChange.id.desc())
    )
    if page:
        query = query.offset(page.first).limit(page.at_once)
    return list(db.session.scalars(query))


def count_changes(release: Release) -> int:
    """How often the list was changed."""
    query = db.select(db.func.count()).where(ScopeChange.release_id == release.id)
    return db.session.scalar(query) or 0


def find_go(release: Release) -> Decision | None:
    """The latest go among the decisions that stand on the tests of this release, or None."""
    newest = (
        db.select(db.func.max(Decision.id))
        .join(Experiment, Decision.experiment_id == Experiment.id)
        .join(Revision, Experiment.revision_id == Revision.id)
        .where(Revision.release_id == release.id)
        .group_by(Decision.experiment_id)
    )
    query = (
        db.select(Decision)
        .where(Decision.id.in_(newest), Decision.choice == "go")
        .options(
            joinedload(Decision.person),
            joinedload(Decision.experiment).joinedload(Experiment.revision),
        )
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


def _as_item(row: ScopeItem) -> Item:
    return Item(
        title=row.title,
        note=row.note,
        state=row.state,
        serves=tuple((part, words) for part, words in row.serves),
        id=row.id,
        position=row.position,
        version=row.version,
    )
