"""A new release that begins with the text of another one."""

from sqlalchemy import select

from wbtest.extensions import clock, db
from wbtest.store import hold, writing
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.models import Release
from wbtest.writing.saves import writers_since


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
