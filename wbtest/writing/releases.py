"""A press release: created, saved, grown, frozen as a revision, copied, deleted, and its status."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import select

from wbtest.extensions import Base, clock, db
from wbtest.store import Invalid, Outdated, Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.coach_report import FindingGroup, coach_text, count_open, freeze_waivers
from wbtest.writing.merging import Merged, merge
from wbtest.writing.models import Release, Revision, name_of
from wbtest.writing.saves import Values, find_text, note_save, values_of, writers_since
from wbtest.writing.text_rules import fault_of


class ChangedMeanwhile(Refused):
    """Somebody else changed the same words after the text that this save was made from.

    ``mine`` and ``theirs`` are the two texts to choose from; they differ in these words alone.
    ``theirs`` is the draft of this ``version``, with all of mine that did not collide.
    """

    def __init__(self, merged: Merged, version: int) -> None:
        super().__init__("Someone else changed the same words. Both are kept: choose one.")
        self.mine = documents.from_json(merged.mine)
        self.theirs = documents.from_json(merged.theirs)
        self.version = version


class TooMuchTogether(Refused):
    """What was typed fits, and so does what others added meanwhile, but not both."""

    status = 422


def create_release(
    author: Person,
    *,
    form: documents.Form,
    product: str,
    language: str,
    headline: str = "",
    document: documents.Document | None = None,
    unplaced: str = "",
) -> Release:
    """Begin a release; without a ``document`` it holds the questions that the form expects.

    A ``headline`` takes the place of the document's; ``unplaced`` is kept beside the draft.
    Raises Invalid when product or language cannot be used.
    """
    product = product.strip()
    if not product:
        raise Invalid("product", "Name the product. A working title will do.")
    for part, text in (("product", product), ("language", language)):
        if fault := fault_of(part, text):
            raise Invalid(part, fault)
    named = replace(document or documents.Document(), product=product, language=language)
    if headline.strip():
        named = replace(named, headline=headline.strip())
    release = Release(
        form=form,
        document=documents.to_json(
            named if document is not None else documents.with_expected_questions(named, form)
        ),
        version=1,
        unplaced=unplaced,
        author_id=author.id,
        first_writers=[author.id] if document is not None else [],
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    with writing() as session:
        session.add(release)
        if document is not None:
            record("release.imported", name_of(release), by=author)
    return release


def remove_unplaced(release: Release) -> None:
    """Delete what is kept beside the draft because it found no part of it."""
    with writing():
        hold(release)
        release.unplaced = ""


def save_release(
    release: Release,
    document: documents.Document,
    version: int,
    person: Person,
    other_writers: Collection[int] = (),
) -> Release:
    """Store the text as the newest draft; ``version`` is the one it was made from.

    ``other_writers`` are ids of those whose words ``person`` puts in.
    What others changed since stays, where this text leaves it alone. Raises ChangedMeanwhile when
    both changed the same words: then all else is stored, unless an open transaction ends with it.
    Raises TooMuchTogether, and stores nothing, when the two do not fit into one release.
    """
    with writing():
        collision = _save(release, document, version, person, other_writers)
    if collision:
        raise collision
    return release


def change_parts(
    release: Release, parts: Mapping[str, object], version: int | None, person: Person
) -> Release:
    """Replace the named parts of the draft, each as a whole; the others stay.

    Raises Invalid at a part that cannot be kept, and Outdated when the draft is of another
    ``version`` by now; None changes whichever it is.
    """
    with writing():
        hold(release)
        if version is not None and version != release.version:
            raise Outdated
        try:
            document = documents.from_json({**release.document, **parts})
        except documents.NotADocument as error:
            raise Invalid(error.part, error.sentence) from error
        _store(release, documents.to_json(document), person)
    return release


def grow_release(release: Release, person: Person) -> Release:
    """Turn a short release into a full one; every word stays where it is."""
    with writing():
        hold(release)
        if release.form != "full":
            before = values_of(release)
            document = documents.from_json(release.document)
            release.form = "full"
            release.document = documents.to_json(
                documents.with_expected_questions(document, "full")
            )
            note_save(release, before, person)
    return release


def freeze(release: Release, author: Person) -> Revision:
    """Make the draft, with its waivers, the next numbered revision.

    A text that is frozen already returns its own revision, and adds the waivers given since.
    """
    with writing() as session:
        hold(release)
        document = documents.from_json(release.document)
        newest = find_newest_revision(release)
        if newest is not None and is_draft(newest):
            freeze_waivers(newest)
            return newest
        revision = Revision(
            release_id=release.id,
            number=newest.number + 1 if newest else 1,
            form=release.form,
            document=documents.to_json(document),
            digest=documents.digest(document),
            author_id=author.id,
            version=release.version,
            writers=writers_since(release, release.approved_version),
            created_at=clock.now(),
        )
        session.add(revision)
        freeze_waivers(revision)
        record("revision.frozen", name_of(revision), by=author)
    return revision


def save_and_grow(
    release: Release, document: documents.Document, version: int, person: Person
) -> Release:
    """Save the text as ``save_release`` does and grow the release around it."""
    with writing():
        collision = _save(release, document, version, person)
        if not collision:
            return grow_release(release, person)
    raise collision


def save_and_freeze(
    release: Release, document: documents.Document, version: int, author: Person
) -> Revision:
    """Save the text as ``save_release`` does and freeze exactly this one."""
    with writing():
        collision = _save(release, document, version, author)
        if not collision:
            return freeze(release, author)
    raise collision


def is_draft(revision: Revision) -> bool:
    """Whether the draft still says what this revision says, in the same form."""
    release = revision.release
    digest = documents.digest(documents.from_json(release.document))
    return (revision.digest, revision.form) == (digest, release.form)


def find_revision(release: Release, number: int) -> Revision | None:
    """The revision of this number, or None."""
    return db.session.scalars(
        select(Revision).where(Revision.release_id == release.id, Revision.number == number)
    ).first()


def find_newest_revision(release: Release) -> Revision | None:
    """The revision with the highest number, or None before the first freeze."""
    return db.session.scalars(
        select(Revision)
        .where(Revision.release_id == release.id)
        .order_by(Revision.number.desc())
        .limit(1)
    ).first()


def _save(
    release: Release,
    document: documents.Document,
    version: int,
    person: Person,
    other_writers: Collection[int] = (),
) -> ChangedMeanwhile | None:
    """Store what does not collide; returns what to raise when that is kept."""
    hold(release)
    merged = _merge(release, documents.to_json(document), version)
    _store(release, merged.theirs, person, other_writers)
    # Others may save as soon as this transaction ends: the version is the one of this text.
    return ChangedMeanwhile(merged, release.version) if merged.collides else None


def _merge(release: Release, values: Values, version: int) -> Merged:
    """What was typed, with what is stored; a text that is stored already changes nothing."""
    stored = documents.to_json(documents.from_json(release.document))
    if version == release.version or values == stored:
        return Merged(values, values)
    made_from = find_text(release, version)
    base = documents.to_json(made_from.document) if made_from else None
    merged = merge(base, values, stored)
    try:
        for way in (merged.mine, merged.theirs):
            documents.from_json(way)
    except documents.NotADocument as error:
        raise TooMuchTogether(
            "Others have added to the text in the meantime. Together with yours it "
            f"{error.sentence} Remove some."
        ) from None
    return merged


def _store(
    release: Release, values: Values, person: Person, other_writers: Collection[int] = ()
) -> None:
    if documents.from_json(values) == documents.from_json(release.document):
        return
    before = values_of(release)
    release.document = values
    note_save(release, before, person, other_writers)


def copy_release(release: Release, author: Person) -> Release:
    """Begin a release with the newest text of ``release``, word for word and in the same form.

    Revisions, approvals, comments, readers' questions and reasons given to the coach stay behind:
    they were given to the other one. The same once more, as by a double click, returns the first.
    """
    with writing() as session:
        # The second of two clicks waits here for the first.
        hold(release)
        document = documents.to_json(documents.from_json(release.document))
        made = _find_untouched(release, author, document)
        if made is not None:
            return made
        copied = Release(
            form=release.form,
            document=document,
            version=1,
            copied_from_id=release.id,
            author_id=author.id,
            first_writers=sorted({author.id, *writers_since(release, 0)}),
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        session.add(copied)
    return copied


def find_origin(release: Release) -> Release | None:
    """The release whose text this one began with, or None."""
    if release.copied_from_id is None:
        return None
    return db.session.get(Release, release.copied_from_id)


def _find_untouched(
    release: Release, author: Person, document: dict[str, object]
) -> Release | None:
    """A copy by the same author that says the same and was never saved since."""
    copies = db.session.scalars(
        select(Release).where(
            Release.copied_from_id == release.id,
            Release.author_id == author.id,
            Release.version == 1,
        )
    )
    return next(
        (
            copied
            for copied in copies
            if not copied.revisions and (copied.form, copied.document) == (release.form, document)
        ),
        None,
    )


class DraftStatus(NamedTuple):
    """What is shown around the sheet: the line above it, and the coach's findings by part."""

    version: int
    saved_at: datetime
    words: int
    pages: float
    # How many parts of its text say something, such as "3 of 5 parts".
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
    written, parts = documents.count_written(document, release.form)
    newest = find_newest_revision(release)
    is_frozen = newest is not None and is_draft(newest)
    number = newest.number if newest else 0
    return DraftStatus(
        version=release.version,
        saved_at=release.updated_at,
        words=words,
        pages=pages,
        progress=f"{written} of {parts} parts",
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


# A release with rows in these tables is never deleted: the table, and the sentence that says why.
KEPT_FOR = {
    "experiments": "This release has a test, so it can’t be deleted.",
    "approvals": "This release was approved, so it can’t be deleted.",
    "readings": "This release was reviewed, so it can’t be deleted.",
    "comments": "This release was reviewed, so it can’t be deleted.",
    "forecasts": "This release was reviewed, so it can’t be deleted.",
}


class NotDeletable(Refused):
    """A release that somebody reviewed, approved or tested is not deleted."""


def why_kept(release: Release) -> str:
    """Return the sentence that says why a release can't be deleted, or ''."""
    revisions = select(Revision.id).where(Revision.release_id == release.id)
    tables = [Base.metadata.tables[name] for name in KEPT_FOR]
    asked = select(*(sa.exists().where(table.c.revision_id.in_(revisions)) for table in tables))
    found = db.session.execute(asked).one()
    return next(
        (said for said, is_there in zip(KEPT_FOR.values(), found, strict=True) if is_there), ""
    )


def delete_release(release: Release, person: Person) -> None:
    """Delete a release with its saves, revisions, links and all else that points at it.

    Raises Kept once somebody reviewed, approved or tested it.
    """
    with writing() as session:
        hold(release)
        if said := why_kept(release):
            raise NotDeletable(said)
        record("release.deleted", name_of(release), by=person)
        for deletion in _deletions(release.id):
            session.execute(deletion)


def _deletions(release_id: int) -> Iterator[sa.Delete]:
    """A deletion for each table whose rows point at the release, directly or by other rows.

    Read off the foreign keys, so that a table that comes later is not forgotten.
    """
    releases = Base.metadata.tables[Release.__tablename__]
    inside: dict[str, sa.ColumnElement[bool]] = {releases.name: releases.c.id == release_id}
    for table in Base.metadata.sorted_tables:
        parents = [
            key.parent.in_(select(key.column).where(inside[key.column.table.name]))
            for key in table.foreign_keys
            if key.column.table.name in inside and key.column.table is not table
        ]
        if parents and table.name not in KEPT_FOR:
            inside[table.name] = sa.or_(*parents)
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in inside:
            yield sa.delete(table).where(inside[table.name])
