"""What a release said: at a save, in a revision, or now; each text with the name one asks for."""

import re
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.http import day, moment
from wbtest.writing.models import Release, Revision, Save
from wbtest.writing.releases import find_revision
from wbtest.writing.saves import Text, find_text, text_of, undo, values_of

DRAFT = "draft"
# No version or revision has more digits.
_NAME = re.compile(r"(?P<is_revision>r?)(?P<number>[1-9][0-9]{0,8})")


class Named(NamedTuple):
    """A text, and what it is called: ``name`` in addresses, ``label`` on pages."""

    name: str
    label: str
    text: Text


def find_named(release: Release, name: str) -> Named | None:
    """The text called ``draft``, ``r2`` (a revision) or ``17`` (the draft's version), or None."""
    if name == DRAFT:
        return Named(DRAFT, "The draft", text_of(values_of(release)))
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    number = int(found["number"])
    if found["is_revision"]:
        revision = find_revision(release, number)
        return None if revision is None else named_revision(revision)
    text = find_text(release, number)
    return None if text is None else Named(name, _label(release, number), text)


def named_revision(revision: Revision) -> Named:
    """The text of a revision."""
    text = text_of({**revision.document, "form": revision.form})
    return Named(f"r{revision.number}", f"Revision {revision.number}", text)


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
        return f"The beginning, {day(release.created_at)}"
    return f"Save {version}, {save.person.name}, {moment(save.saved_at)}"
