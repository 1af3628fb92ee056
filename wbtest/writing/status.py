"""How a draft stands: saved when, how long, what is missing, and what freezing would do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.team.models import Workspace
from wbtest.writing import document as documents
from wbtest.writing.coaching import Group, coach_text, count_open
from wbtest.writing.document import Document
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_newest_revision


@dataclass(frozen=True, slots=True)
class Status:
    """What stands around the sheet: the line above, the coach's findings beside, by part."""

    version: int
    saved_at: datetime
    words: int
    pages: float
    findings: tuple[Group, ...]
    # The number that freezing leads to: the next one, or that of the text as it is frozen already.
    revision: int
    is_frozen: bool

    @property
    def open(self) -> dict[str, int]:
        """How much of each part wants a change."""
        return count_open(self.findings)

    @property
    def freeze_label(self) -> str:
        """The words on the button that freezes."""
        return f"{'Open' if self.is_frozen else 'Freeze as'} revision {self.revision}"

    def as_json(self) -> dict[str, Any]:
        """What the browser needs after a save."""
        return {
            "version": self.version,
            "saved_at": self.saved_at.isoformat(),
            "words": self.words,
            "pages": self.pages,
            "open": self.open,
            "freeze": self.freeze_label,
        }


@dataclass(frozen=True, slots=True)
class Listed:
    """A release as a list shows it; ``revision`` is the newest number, 0 before the first."""

    release: Release
    document: Document
    words: int
    pages: float
    revision: int


def status_of(release: Release) -> Status:
    """How the draft of this release stands."""
    document = documents.from_json(release.document)
    words, pages = documents.length(document)
    newest = find_newest_revision(release)
    is_frozen = newest is not None and (newest.digest, newest.form) == (
        documents.digest(document),
        release.form,
    )
    number = newest.number if newest else 0
    return Status(
        version=release.version,
        saved_at=release.updated_at,
        words=words,
        pages=pages,
        findings=coach_text(release),
        revision=number if is_frozen else number + 1,
        is_frozen=is_frozen,
    )


def releases_of(workspace: Workspace) -> list[Listed]:
    """The releases of the workspace, the one written on last first."""
    newest = (
        select(func.coalesce(func.max(Revision.number), 0))
        .where(Revision.release_id == Release.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Release, newest)
        .where(Release.workspace_id == workspace.id)
        .options(joinedload(Release.author))
        .order_by(Release.updated_at.desc(), Release.id.desc())
    )
    return list(_listed(rows))


def _listed(rows: Any) -> Iterator[Listed]:
    for release, revision in rows:
        document = documents.from_json(release.document)
        yield Listed(release, document, *documents.length(document), revision)
