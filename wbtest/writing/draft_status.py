"""The status of a draft: when it was saved, how long it is, what is missing, its revision."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from wbtest.extensions import db
from wbtest.writing import document as documents
from wbtest.writing.coach_report import FindingGroup, coach_text, count_open
from wbtest.writing.models import Release
from wbtest.writing.releases import find_newest_revision


class DraftStatus(NamedTuple):
    """What is shown around the sheet: the line above it, and the coach's findings by part."""

    version: int
    saved_at: datetime
    words: int
    pages: float
    # How many of its parts say something, such as "3 of 6 parts".
    progress: str
    findings: tuple[FindingGroup, ...]
    # The number of the next revision, or of the one that says what the draft says.
    revision: int
    is_frozen: bool

    @property
    def open(self) -> dict[str, int]:
        """How much of each part wants a change."""
        return count_open(self.findings)

    @property
    def freeze_label(self) -> str:
        """The words on the button that creates a revision, or leads to it."""
        return f"{'View' if self.is_frozen else 'Create'} revision {self.revision}"

    def as_json(self) -> dict[str, Any]:
        """What the browser needs after a save."""
        return {
            "version": self.version,
            "saved_at": self.saved_at.isoformat(),
            "words": self.words,
            "pages": self.pages,
            "progress": self.progress,
            "open": self.open,
            "freeze": self.freeze_label,
        }


def status_of(release: Release) -> DraftStatus:
    """Return the status of the draft of this release."""
    document = documents.from_json(release.document)
    words, pages = documents.length(document)
    newest = find_newest_revision(release)
    is_frozen = newest is not None and (newest.digest, newest.form) == (
        documents.digest(document),
        release.form,
    )
    number = newest.number if newest else 0
    return DraftStatus(
        version=release.version,
        saved_at=release.updated_at,
        words=words,
        pages=pages,
        progress=f"{documents.count_written(document, release.form)} of "
        f"{len(documents.PARTS[release.form])} parts",
        findings=coach_text(release),
        revision=number if is_frozen else number + 1,
        is_frozen=is_frozen,
    )


def releases_before(before: int | None, most: int) -> list[Release]:
    """The releases from the newest on, those begun before the one of this number."""
    query = select(Release)
    if before is not None:
        query = query.where(Release.id < before)
    return list(db.session.scalars(query.order_by(Release.id.desc()).limit(most)))
