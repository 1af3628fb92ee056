"""What happens to a press release: it is begun, saved, grown, and frozen as a revision."""

from dataclasses import replace

from sqlalchemy import select

from wbtest.extensions import clock, db
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.models import Person, Workspace
from wbtest.writing import document as documents
from wbtest.writing.document import Document, Form
from wbtest.writing.limits import fault_of
from wbtest.writing.models import Release, Revision
from wbtest.writing.topics import with_expected_questions
from wbtest.writing.waivers import freeze_waivers


class ChangedMeanwhile(Refused):
    """Somebody saved another text after the one that this save was made from."""


def create_release(
    workspace: Workspace,
    author: Person,
    *,
    form: Form,
    product: str,
    language: str,
    document: Document | None = None,
) -> Release:
    """Begin a release; without a ``document`` it holds the questions that the form expects.

    Raises Invalid when product or language cannot be used.
    """
    product = product.strip()
    if not product:
        raise Invalid("product", "Name the product. A working title will do.")
    for part, text in (("product", product), ("language", language)):
        if fault := fault_of(part, text):
            raise Invalid(part, fault)
    named = replace(document or Document(), product=product, language=language)
    release = Release(
        workspace_id=workspace.id,
        form=form,
        document=documents.to_json(
            named if document is not None else with_expected_questions(named, form)
        ),
        version=1,
        author_id=author.id,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    with writing() as session:
        session.add(release)
    return release


def save_release(release: Release, document: Document, version: int) -> Release:
    """Store the text as the newest draft; ``version`` is the one it was made from.

    A text that is stored already changes nothing, so a save whose answer got lost may be sent
    again. Raises ChangedMeanwhile when somebody else saved in between.
    """
    with writing():
        hold(release)
        values = documents.to_json(document)
        if values == release.document:
            return release
        if version != release.version:
            raise ChangedMeanwhile(
                "Somebody saved another text meanwhile. Both are kept: choose what stays."
            )
        release.document = values
        release.version += 1
        release.updated_at = clock.now()
    return release


def grow_release(release: Release) -> Release:
    """Turn a short release into a full one; every word stays where it is."""
    with writing():
        hold(release)
        if release.form != "full":
            document = documents.from_json(release.document)
            release.form = "full"
            release.document = documents.to_json(with_expected_questions(document, "full"))
            release.version += 1
            release.updated_at = clock.now()
    return release


def freeze(release: Release, author: Person) -> Revision:
    """Make the draft, with its waivers, the next numbered revision.

    A text that is frozen already returns its own revision, and adds the waivers given since.
    """
    with writing() as session:
        hold(release)
        document = documents.from_json(release.document)
        newest = find_newest_revision(release)
        digest = documents.digest(document)
        if newest is not None and (newest.digest, newest.form) == (digest, release.form):
            freeze_waivers(newest)
            return newest
        revision = Revision(
            workspace_id=release.workspace_id,
            release_id=release.id,
            number=newest.number + 1 if newest else 1,
            form=release.form,
            document=documents.to_json(document),
            digest=digest,
            author_id=author.id,
            created_at=clock.now(),
        )
        session.add(revision)
        freeze_waivers(revision)
    return revision


def save_and_grow(release: Release, document: Document, version: int) -> Release:
    """Save the text as ``save_release`` does and grow the release around it."""
    with writing():
        save_release(release, document, version)
        return grow_release(release)


def save_and_freeze(release: Release, document: Document, version: int, author: Person) -> Revision:
    """Save the text as ``save_release`` does and freeze exactly this one."""
    with writing():
        save_release(release, document, version)
        return freeze(release, author)


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
