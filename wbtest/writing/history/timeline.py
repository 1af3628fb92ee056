"""How a release came to be: revisions, and between them the sittings, the newest first."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import zip_longest

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.coach import House
from wbtest.writing.history.changes import changes_between
from wbtest.writing.history.coach_changes import FindingsDiff, findings_between
from wbtest.writing.history.in_words import in_words
from wbtest.writing.history.old_texts import find_texts, named_revision
from wbtest.writing.history.pace import Pace
from wbtest.writing.history.sittings import Saved, Sitting, sittings_of
from wbtest.writing.house import house_of
from wbtest.writing.models import Release, Revision, Save, Waiver
from wbtest.writing.releases import find_newest_revision
from wbtest.writing.saves import Text
from wbtest.writing.waivers import Key, waivers_by_revision

# Entries on a page; one more revision may hang on to the last of them.
PAGE = 20
# Saves that one page reads at most; a longer sitting goes on on the next page.
MOST_SAVES = 1_000
NO_CHANGE = FindingsDiff()


class Frozen(Struct, frozen=True):
    """A revision, what changed since the one before in one line, and what the coach made of it.

    ``waivers`` are those frozen with it that the revision before did not have.
    """

    revision: Revision
    before: Revision | None
    summary: str = ""
    findings: FindingsDiff = NO_CHANGE
    waivers: tuple[Waiver, ...] = ()


class Timeline(Struct, frozen=True):
    """A page of the history. ``older`` is the ``before`` of the next page, None on the last."""

    entries: tuple[Frozen | Sitting, ...]
    older: int | None

    @property
    def first_version(self) -> int:
        """The version of the oldest save that is shown; 2 is the first save of all."""
        saved = [entry.first.version for entry in self.entries if isinstance(entry, Sitting)]
        return min(saved, default=0)


def timeline_of(release: Release, before: int | None = None) -> Timeline:
    """The history from the newest on, or what came earlier than the save of version ``before``."""
    # Held to what a database can count to.
    end = release.version + 1
    newest = end if before is None else max(0, min(before, end))
    saves = _saves(release, newest)
    revisions = revisions_of(release)
    times = [revision.created_at for revision in revisions]
    sittings = sittings_of(saves[:MOST_SAVES], times)
    frozen = [Frozen(*two) for two in zip_longest(revisions, revisions[1:])]
    if before is not None:
        # What is newer than the newest save here was on the page before.
        frozen = [f for f in frozen if saves and f.revision.created_at < saves[0].saved_at]
    entries: list[Frozen | Sitting] = [*sittings, *frozen]
    entries.sort(key=_place, reverse=True)
    rest = next((e.last for e in entries[PAGE:] if isinstance(e, Sitting)), None)
    if rest is None and len(saves) > MOST_SAVES:
        rest = saves[MOST_SAVES]
    shown = [entry for entry in entries if rest is None or _is_newer(entry, rest)]
    return Timeline(tuple(_told(release, shown)), rest and rest.version + 1)


def pace_of(release: Release) -> Pace:
    """Which draft the release is at, on which of its days; the first day is 1."""
    newest = find_newest_revision(release)
    digest = documents.digest(documents.from_json(release.document))
    is_frozen = newest is not None and (newest.digest, newest.form) == (digest, release.form)
    began = release.created_at.date()
    frozen_on = (newest.created_at.date() - began).days + 1 if newest else 0
    drafts = newest.number if newest else 0
    return Pace(
        draft=drafts if is_frozen else drafts + 1,
        day=(clock.now().date() - began).days + 1,
        frozen_on=frozen_on,
    )


def revisions_of(release: Release) -> list[Revision]:
    """Every revision with its author, the newest first."""
    return list(
        db.session.scalars(
            select(Revision)
            .where(Revision.release_id == release.id)
            .options(joinedload(Revision.author))
            .order_by(Revision.number.desc())
        )
    )


def _saves(release: Release, before: int) -> list[Saved]:
    rows = db.session.execute(
        select(Save.version, Person.name, Save.person_id, Save.saved_at, Save.parts)
        .join(Person, Person.id == Save.person_id)
        .where(Save.release_id == release.id, Save.version < before)
        .order_by(Save.version.desc())
        .limit(MOST_SAVES + 1)
    )
    return [Saved(*row[:4], tuple(row.parts.split())) for row in rows]


def _place(entry: Frozen | Sitting) -> tuple[datetime, int, int]:
    """When it happened; a text is saved first and then frozen, often in the same moment."""
    if isinstance(entry, Sitting):
        return entry.last.saved_at, 0, entry.last.version
    return entry.revision.created_at, 1, entry.revision.number


def _is_newer(entry: Frozen | Sitting, rest: Saved) -> bool:
    if isinstance(entry, Sitting):
        return entry.last.version > rest.version
    return entry.revision.created_at >= rest.saved_at


def _told(release: Release, entries: Sequence[Frozen | Sitting]) -> Iterable[Frozen | Sitting]:
    """The entries, each with what it changed."""
    sittings = [entry for entry in entries if isinstance(entry, Sitting)]
    versions = {v for sitting in sittings for v in (sitting.base, sitting.last.version)}
    texts = find_texts(release, versions)
    house, waived = house_of(), waivers_by_revision(release)
    for entry in entries:
        if isinstance(entry, Sitting):
            said = _line(texts.get(entry.base), texts.get(entry.last.version))
            yield replace(entry, summary=said)
        else:
            yield replace(_told_revision(entry, house), waivers=_new_waivers(entry, waived))


def _told_revision(frozen: Frozen, house: House) -> Frozen:
    if frozen.before is None:
        return frozen
    texts = (named_revision(r).text for r in (frozen.before, frozen.revision))
    findings = findings_between(frozen.before, frozen.revision, house)
    return replace(frozen, summary=_line(*texts), findings=findings)


def _new_waivers(frozen: Frozen, waived: dict[int, dict[Key, Waiver]]) -> tuple[Waiver, ...]:
    """The waivers of a revision that the one before did not have."""
    known = waived.get(frozen.before.id, {}) if frozen.before else {}
    here = waived.get(frozen.revision.id, {})
    return tuple(waiver for key, waiver in here.items() if key not in known)


def _line(old: Text | None, new: Text | None) -> str:
    if old is None or new is None:
        return ""
    return in_words(changes_between(old.document, new.document, (old.form, new.form)))
