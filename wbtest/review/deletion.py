"""Which drafts may be deleted, and the deletion of one with everything that belongs to it."""

from collections.abc import Iterator

import sqlalchemy as sa

from wbtest.extensions import Base, db
from wbtest.review.models import Approval, Comment, Forecast, Reading
from wbtest.store import Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing.models import Release, Revision, name_of

# What somebody rests on: never deleted, and the sentence that says so.
KEPT_FOR = {
    "experiments": "A test was made from this release, so it can’t be deleted.",
    Approval.__tablename__: "This release was approved, so it can’t be deleted.",
    Reading.__tablename__: "This release was reviewed, so it can’t be deleted.",
    Comment.__tablename__: "This release was reviewed, so it can’t be deleted.",
    Forecast.__tablename__: "This release was reviewed, so it can’t be deleted.",
}


class NotDeletable(Refused):
    """A release that somebody reviewed, approved or tested is not deleted."""


def why_kept(release: Release) -> str:
    """Return the sentence that says why a release can't be deleted, or ''."""
    revisions = sa.select(Revision.id).where(Revision.release_id == release.id)
    tables = [Base.metadata.tables[name] for name in KEPT_FOR]
    asked = sa.select(*(sa.exists().where(table.c.revision_id.in_(revisions)) for table in tables))
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
            key.parent.in_(sa.select(key.column).where(inside[key.column.table.name]))
            for key in table.foreign_keys
            if key.column.table.name in inside and key.column.table is not table
        ]
        if parents and table.name not in KEPT_FOR:
            inside[table.name] = sa.or_(*parents)
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in inside:
            yield sa.delete(table).where(inside[table.name])
