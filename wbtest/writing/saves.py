"""Every save of a draft: written down as what it changed, and undone one by one to look back."""

import json
import zlib
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.store import writing
from wbtest.team.models import Person
from wbtest.writing.document import Document, Form, from_json
from wbtest.writing.models import Release, Save

Values = dict[str, Any]
# Strong enough; the dictionary does the work.
_LEVEL = 6


class Text(NamedTuple):
    """What a draft said at some version."""

    document: Document
    form: Form


def note_save(
    release: Release, before: Values, person: Person, other_writers: Collection[int] = ()
) -> Save | None:
    """Write down what changed since ``before``, as ``values_of`` gave it; None when nothing did.

    ``other_writers`` are ids of those whose words ``person`` put in.
    Counts the release's version up. Must run inside ``writing``, after the change.
    """
    after = values_of(release)
    names = changed_parts(before, after)
    if not names:
        return None
    release.version += 1
    release.updated_at = clock.now()
    save = Save(
        release_id=release.id,
        version=release.version,
        parts=" ".join(names),
        before=pack(_only(before, names), _only(after, names)),
        person_id=person.id,
        other_writers=sorted(set(other_writers) - {person.id}),
        saved_at=release.updated_at,
    )
    with writing() as session:
        session.add(save)
    return save


def values_of(release: Release) -> Values:
    """The draft as named values: the parts of its document, and its form."""
    return {**release.document, "form": release.form}


def find_text(release: Release, version: int) -> Text | None:
    """What the draft said when it had this version; None for one that never was."""
    return find_texts(release, {version}).get(version)


def find_texts(release: Release, versions: Collection[int]) -> dict[int, Text]:
    """The texts of these versions, those that are known, by version: one query for all of them.

    Undoes the later saves one by one, the newest first. A chain that is broken leads nowhere.
    """
    wanted = {version for version in versions if 1 <= version <= release.version}
    values, at = values_of(release), release.version
    found = {at: text_of(values)} if at in wanted else {}
    for save in _saves_since(release, min(wanted, default=at)):
        before = undo(save, values) if save.version == at else None
        if before is None:
            break
        values, at = before, at - 1
        if at in wanted:
            found[at] = text_of(values)
    return found


def saved_since(release: Release, version: int) -> set[Person]:
    """Who saved the draft after it had this version."""
    return {save.person for save in _saves_since(release, version)}


def writers_since(release: Release, version: int) -> list[int]:
    """Ids of the people who changed the draft after this version; 0 is before the first words.

    Whose words somebody else put in is one of them.
    """
    saves = _writing(release, Save.version > version)
    found = {writer for _, writers in saves for writer in writers}
    return sorted(found if version else found.union(release.first_writers))


def writers_of_parts(release: Release, names: Collection[str]) -> list[int]:
    """Ids of the people who ever wrote these parts of the draft."""
    saves = _writing(release, Save.version > 0)
    found = {writer for parts, writers in saves if parts & set(names) for writer in writers}
    return sorted(found.union(release.first_writers))


def changed_parts(before: Values, after: Values) -> list[str]:
    """The names of the values that differ."""
    return sorted(name for name in before | after if before.get(name) != after.get(name))


def undo(save: Save, values: Values) -> Values | None:
    """The values as they were before a save, None when it did not lead to ``values``."""
    names = save.parts.split()
    try:
        before = unpack(save.before, _only(values, names))
    except zlib.error:
        # Somebody changed the draft past ``note_save``, or a backup was put together of two.
        return None
    return {name: value for name, value in values.items() if name not in names} | before


def text_of(values: Values) -> Text:
    """The text that these values hold."""
    document = {name: value for name, value in values.items() if name != "form"}
    return Text(from_json(document), values["form"])


def _saves_since(release: Release, version: int) -> Iterable[Save]:
    return db.session.scalars(
        select(Save)
        # Others may save between the reading of the release and of its saves.
        .where(
            Save.release_id == release.id,
            Save.version > version,
            Save.version <= release.version,
        )
        .options(joinedload(Save.person))
        .order_by(Save.version.desc())
    )


def _writing(release: Release, wanted: ColumnElement[bool]) -> Iterator[tuple[set[str], list[int]]]:
    """The parts that each of these saves changed, and the ids of those whose words it put in."""
    rows = db.session.execute(
        select(Save.parts, Save.person_id, Save.other_writers).where(
            Save.release_id == release.id, Save.version <= release.version, wanted
        )
    )
    for parts, person_id, others in rows:
        yield set(parts.split()), [person_id, *others]


def _only(values: Values, names: list[str]) -> Values:
    return {name: values[name] for name in names if name in values}


def pack(before: Values, after: Values) -> bytes:
    """What must be kept of ``before`` to get it back from ``after``."""
    packer = zlib.compressobj(_LEVEL, zdict=_bytes(after))
    return packer.compress(_bytes(before)) + packer.flush()


def unpack(packed: bytes, after: Values) -> Values:
    """What ``pack`` was given, from the very same ``after``; zlib.error from any other."""
    found: Values = json.loads(zlib.decompressobj(zdict=_bytes(after)).decompress(packed))
    return found


def _bytes(values: Values) -> bytes:
    # Sorted, because a database may give the parts back in another order than it got them.
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
