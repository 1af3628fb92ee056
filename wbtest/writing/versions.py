"""What a release said at a save, in a revision or now, and restoring it as the newest draft.

Restoring adds a save; nothing is removed from the history.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.store import Refused, hold, writing
from wbtest.team.models import Person
from wbtest.web import day, moment
from wbtest.writing import document as documents
from wbtest.writing.document import AUDIENCES, Document, NotADocument
from wbtest.writing.faq import with_questions
from wbtest.writing.models import Release, Revision, Save
from wbtest.writing.releases import find_revision
from wbtest.writing.saves import (
    Text,
    changed_parts,
    find_text,
    note_save,
    text_of,
    undo,
    values_of,
    writers_of_parts,
)

DRAFT = "draft"
# No version or revision has more digits.
_NAME = re.compile(r"(?P<is_revision>r?)(?P<number>[1-9][0-9]{0,8})")


class Version(NamedTuple):
    """A text, and what it is called: ``name`` in addresses, ``label`` on pages."""

    name: str
    label: str
    text: Text


def find_version(release: Release, name: str) -> Version | None:
    """The text called ``draft``, ``r2`` (a revision) or ``17`` (the draft's version), or None."""
    if name == DRAFT:
        return Version(DRAFT, "Draft", text_of(values_of(release)))
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    number = int(found["number"])
    if found["is_revision"]:
        revision = find_revision(release, number)
        return None if revision is None else revision_version(revision)
    text = find_text(release, number)
    return None if text is None else Version(name, _label(release, number), text)


def revision_version(revision: Revision) -> Version:
    """The text of a revision."""
    text = text_of({**revision.document, "form": revision.form})
    return Version(f"r{revision.number}", f"Revision {revision.number}", text)


def find_save(release: Release, version: int) -> Save | None:
    """The save that made this version, with who did it; None for the beginning."""
    return db.session.get(Save, (release.id, version), options=[joinedload(Save.person)])


def find_texts(release: Release, versions: Collection[int]) -> dict[int, Text]:
    """The texts of these versions, those that are known, by version: one query for all of them."""
    wanted = {version for version in versions if 1 <= version <= release.version}
    values, at = values_of(release), release.version
    found = {at: text_of(values)} if at in wanted else {}
    saves = db.session.scalars(
        select(Save)
        .where(
            Save.release_id == release.id,
            Save.version > min(wanted, default=at),
            Save.version <= at,
        )
        .order_by(Save.version.desc())
    )
    for save in saves:
        before = undo(save, values) if save.version == at else None
        if before is None:
            break
        values, at = before, at - 1
        if at in wanted:
            found[at] = text_of(values)
    return found


def _label(release: Release, version: int) -> str:
    save = find_save(release, version)
    if save is None:
        return f"First draft, {day(release.created_at)}"
    return f"{save.person.name}, {moment(save.saved_at)}"


# What can be restored by itself: the questions of each audience, and every other part.
RESTORABLE_PARTS = (*(name for name in Document.__dataclass_fields__ if name != "faq"), *AUDIENCES)


class RestoreDoesNotFit(Refused):
    """The part and the rest of the draft are too much together."""


def restore_version(release: Release, text: Text, person: Person, part: str = "") -> Save | None:
    """Make ``text``, or this part of it, the newest draft; None when the draft says so already.

    A full release stays full, whatever form the text had: what is not shown would seem lost. Raises
    ValueError for a part that no release has, DoesNotFit for questions that are too many now.
    """
    if part and part not in RESTORABLE_PARTS:
        raise ValueError(f"a release has no part called {part[:40]!r}")
    with writing():
        hold(release)
        before = values_of(release)
        draft = documents.from_json(release.document)
        release.document = _checked(_with_part(draft, text.document, part))
        if not part and text.form == "full":
            release.form = "full"
        # Which of the words are whose nobody knows: so all who ever wrote these parts.
        parts = changed_parts(before, values_of(release))
        return note_save(release, before, person, writers_of_parts(release, parts))


def _with_part(draft: Document, old: Document, part: str) -> Document:
    """The draft with one part of the old text, or with all of it."""
    if not part:
        return old
    for audience in AUDIENCES:
        if part == audience:
            return with_questions(draft, audience, list(old.questions(audience)))
    return replace(draft, **{part: getattr(old, part)})


def _checked(document: Document) -> dict[str, Any]:
    values = documents.to_json(document)
    try:
        documents.from_json(values)
    except NotADocument as error:
        raise RestoreDoesNotFit(
            f"This part does not fit beside the others: it {error.sentence}"
        ) from None
    return values
