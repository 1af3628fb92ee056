"""How a draft stands: saved when, how long, what is missing, and what freezing would do."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.paging import Page, page_of
from wbtest.writing import document as documents
from wbtest.writing.coach_report import FindingGroup, coach_text, count_open
from wbtest.writing.document import Document
from wbtest.writing.models import Release, Revision, Stop
from wbtest.writing.releases import find_newest_revision

# Releases on a page.
RELEASES_A_PAGE = 50


class DraftStatus(NamedTuple):
    """What stands around the sheet: the line above, the coach's findings beside, by part."""

    version: int
    saved_at: datetime
    words: int
    pages: float
    findings: tuple[FindingGroup, ...]
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


class ListedRelease(NamedTuple):
    """A release as a list shows it; ``revision`` is the newest number, 0 before the first."""

    release: Release
    document: Document
    words: int
    pages: float
    revision: int


def status_of(release: Release) -> DraftStatus:
    """How the draft of this release stands."""
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
        findings=coach_text(release),
        revision=number if is_frozen else number + 1,
        is_frozen=is_frozen,
    )


class ReleasePage(NamedTuple):
    """A page of the releases that nobody stopped, and how many were stopped."""

    releases: tuple[ListedRelease, ...]
    page: Page
    stopped: int


def releases_of(asked: int) -> ReleasePage:
    """A page of the releases, the one written on last first."""
    is_stopped = exists().where(Stop.release_id == Release.id)
    stopped, count = db.session.execute(
        select(func.count().filter(is_stopped), func.count().filter(~is_stopped)).select_from(
            Release
        )
    ).one()
    page = page_of(count, RELEASES_A_PAGE, asked)
    newest = (
        select(func.coalesce(func.max(Revision.number), 0))
        .where(Revision.release_id == Release.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Release, newest)
        .where(~is_stopped)
        .options(joinedload(Release.author))
        .order_by(Release.updated_at.desc(), Release.id.desc())
        .offset(page.first)
        .limit(page.at_once)
    )
    return ReleasePage(tuple(_listed(rows)), page, stopped)


def releases_before(before: int | None, most: int) -> list[Release]:
    """The releases from the newest on, those begun before the one of this number."""
    query = select(Release)
    if before is not None:
        query = query.where(Release.id < before)
    return list(db.session.scalars(query.order_by(Release.id.desc()).limit(most)))


def _listed(rows: Any) -> Iterator[ListedRelease]:
    for release, revision in rows:
        document = documents.from_json(release.document)
        yield ListedRelease(release, document, *documents.length(document), revision)
