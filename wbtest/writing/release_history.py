"""The versions of a release: what each save and revision says, the list of them, and restoring one.

Restoring adds a save; nothing is removed from the history. Between revisions stand edit
sessions: rows of saves by one person. A revision tells which findings of the coach it removed
and added.
"""

import dataclasses
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.store import Refused, hold, writing
from wbtest.team.models import Person
from wbtest.web import day, moment
from wbtest.writing import coach, coach_report, releases, text_diff
from wbtest.writing.document import (
    AUDIENCES,
    Document,
    NotADocument,
    from_json,
    to_json,
    with_questions,
)
from wbtest.writing.models import Release, Revision, Save, Waiver
from wbtest.writing.saves import (
    Text,
    changed_parts,
    find_text,
    find_texts,
    note_save,
    text_of,
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
        revision = releases.find_revision(release, number)
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
        draft = from_json(release.document)
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
    return dataclasses.replace(draft, **{part: getattr(old, part)})


def _checked(document: Document) -> dict[str, Any]:
    values = to_json(document)
    try:
        from_json(values)
    except NotADocument as error:
        raise RestoreDoesNotFit(
            f"This part doesn’t fit with the others: it {error.sentence}"
        ) from None
    return values


USUAL = "Most teams take four to six drafts, over one to two weeks."
MANY_DRAFTS = 7
MANY_DAYS = 15
FEW_DRAFTS = 4


class DraftStats(NamedTuple):
    """The draft's number, the day of the release (the first is 1), and the last revision's day."""

    draft: int
    day: int
    frozen_on: int

    def sentence(self, *, is_approved: bool = False, is_stopped: bool = False) -> str:
        """Which draft this is, what is usual, and what to do when it is far from that.

        >>> DraftStats(draft=3, day=5, frozen_on=4).sentence()
        'Draft 3, day 5 of writing. Most teams take four to six drafts, over one to two weeks.'
        """
        if is_approved:
            done = (
                f"Revision {self.draft}, created on day {self.frozen_on} of writing, is approved."
            )
            if self.draft < FEW_DRAFTS:
                return f"{done} That’s quick: {_small(USUAL)}"
            return f"{done} {USUAL}"
        so_far = f"Draft {self.draft}, day {self.day} of writing."
        if is_stopped:
            return f"{so_far} {USUAL}"
        if self.draft >= MANY_DRAFTS:
            return f"{so_far} {USUAL} Find out what you can’t agree on. Often it’s the customer."
        if self.day >= MANY_DAYS:
            return (
                f"{so_far} {USUAL} Create a revision of this draft and ask for a review, or stop "
                "the idea."
            )
        return f"{so_far} {USUAL}"


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


# Who comes back later than this begins another session.
SESSION_BREAK = timedelta(minutes=30)


class SaveTime(NamedTuple):
    """A save without its text: the version it made, who, when, and the names of what changed."""

    version: int
    person: str
    person_id: int
    saved_at: datetime
    parts: tuple[str, ...]


class EditSession(Struct, frozen=True):
    """Saves that follow each other, the newest first, and what all of them changed in one line."""

    saves: tuple[SaveTime, ...]
    summary: str = ""

    @property
    def first(self) -> SaveTime:
        """Its oldest save."""
        return self.saves[-1]

    @property
    def last(self) -> SaveTime:
        """Its newest save."""
        return self.saves[0]

    @property
    def base(self) -> int:
        """The version that it began from."""
        return self.first.version - 1

    @property
    def name(self) -> str:
        """What its last version is called in addresses."""
        return str(self.last.version)

    @property
    def label(self) -> str:
        """What its last version is called in a list of choices."""
        return f"{self.last.person}, {moment(self.last.saved_at)}"


def edit_sessions(saves: Iterable[SaveTime], frozen: Collection[datetime]) -> list[EditSession]:
    """Group saves, the newest first; what was ``frozen`` in between splits a session in two."""
    saves = tuple(saves)
    groups = [list(saves[:1])] if saves else []
    for newer, older in pairwise(saves):
        if _is_apart(newer, older, frozen):
            groups.append([])
        groups[-1].append(older)
    return [EditSession(tuple(group)) for group in groups]


def _is_apart(newer: SaveTime, older: SaveTime, frozen: Collection[datetime]) -> bool:
    return (
        newer.person_id != older.person_id
        or newer.saved_at - older.saved_at >= SESSION_BREAK
        # A text is saved and then frozen, often in the same moment.
        or any(older.saved_at <= at < newer.saved_at for at in frozen)
    )


class FindingsDiff(NamedTuple):
    """Findings that went away, and those that came, in the order of the text."""

    gone: tuple[coach.Finding, ...] = ()
    come: tuple[coach.Finding, ...] = ()


def findings_between(old: Revision, new: Revision) -> FindingsDiff:
    """Compare two revisions by rule, part and words; each as of the day it was frozen."""
    before, after = (
        {
            coach_report.finding_key(finding): finding
            for finding in coach_report.findings_of(revision)
        }
        for revision in (old, new)
    )
    return FindingsDiff(
        gone=tuple(finding for key, finding in before.items() if key not in after),
        come=tuple(finding for key, finding in after.items() if key not in before),
    )


# Entries on a page; one more revision may hang on to the last of them.
ENTRIES_A_PAGE = 50
# Saves that one page reads at most; a longer session continues on the next page.
MOST_SAVES = 1_000


class FrozenRevision(Struct, frozen=True):
    """A revision, the one before it, and what changed between them in one line."""

    revision: Revision
    before: Revision | None
    summary: str = ""

    @property
    def name(self) -> str:
        """What it is called in addresses."""
        return f"r{self.revision.number}"

    @property
    def label(self) -> str:
        """What it is called in a list of choices."""
        return f"Revision {self.revision.number}"


class RevisionNotes(NamedTuple):
    """What the coach made of a revision compared with the one before, and the new waivers in it."""

    revision: Revision
    findings: FindingsDiff
    waivers: tuple[Waiver, ...]


class Timeline(Struct, frozen=True):
    """A page of the history. ``older`` is the ``before`` of the next page, None on the last."""

    entries: tuple[FrozenRevision | EditSession, ...]
    older: int | None

    @property
    def first_version(self) -> int:
        """The version of the oldest save that is shown; 2 is the first save of all."""
        saved = [entry.first.version for entry in self.entries if isinstance(entry, EditSession)]
        return min(saved, default=0)


def timeline_of(release: Release, before: int | None = None) -> Timeline:
    """The history from the newest on, or what came earlier than the save of version ``before``."""
    # Held to what a database can count to.
    end = release.version + 1
    newest = end if before is None else max(0, min(before, end))
    saves = _saves(release, newest)
    revisions = revisions_of(release)
    times = [revision.created_at for revision in revisions]
    sessions = edit_sessions(saves[:MOST_SAVES], times)
    frozen = [FrozenRevision(*two) for two in zip_longest(revisions, revisions[1:])]
    if before is not None:
        # What is newer than the newest save here was on the page before.
        frozen = [f for f in frozen if saves and f.revision.created_at < saves[0].saved_at]
    entries: list[FrozenRevision | EditSession] = [*sessions, *frozen]
    entries.sort(key=_order_of, reverse=True)
    rest = next((e.last for e in entries[ENTRIES_A_PAGE:] if isinstance(e, EditSession)), None)
    if rest is None and len(saves) > MOST_SAVES:
        rest = saves[MOST_SAVES]
    shown = [entry for entry in entries if rest is None or _is_newer(entry, rest)]
    return Timeline(tuple(_with_summaries(release, shown)), rest and rest.version + 1)


def pace_of(release: Release) -> DraftStats:
    """Which draft the release is at, on which of its days; the first day is 1."""
    newest = releases.find_newest_revision(release)
    is_frozen = newest is not None and releases.is_draft(newest)
    began = release.created_at.date()
    frozen_on = (newest.created_at.date() - began).days + 1 if newest else 0
    drafts = newest.number if newest else 0
    return DraftStats(
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


def _saves(release: Release, before: int) -> list[SaveTime]:
    rows = db.session.execute(
        select(Save.version, Person.name, Save.person_id, Save.saved_at, Save.parts)
        .join(Person, Person.id == Save.person_id)
        .where(Save.release_id == release.id, Save.version < before)
        .order_by(Save.version.desc())
        .limit(MOST_SAVES + 1)
    )
    return [SaveTime(*row[:4], tuple(row.parts.split())) for row in rows]


def _order_of(entry: FrozenRevision | EditSession) -> tuple[datetime, int, int]:
    """When it happened; a text is saved first and then frozen, often in the same moment."""
    if isinstance(entry, EditSession):
        return entry.last.saved_at, 0, entry.last.version
    return entry.revision.created_at, 1, entry.revision.number


def _is_newer(entry: FrozenRevision | EditSession, rest: SaveTime) -> bool:
    if isinstance(entry, EditSession):
        return entry.last.version > rest.version
    return entry.revision.created_at >= rest.saved_at


def _with_summaries(
    release: Release, entries: Sequence[FrozenRevision | EditSession]
) -> Iterable[FrozenRevision | EditSession]:
    """The entries, each with what it changed."""
    sessions = [entry for entry in entries if isinstance(entry, EditSession)]
    versions = {v for session in sessions for v in (session.base, session.last.version)}
    texts = find_texts(release, versions)
    for entry in entries:
        if isinstance(entry, EditSession):
            old, new = texts.get(entry.base), texts.get(entry.last.version)
        else:
            old = revision_version(entry.before).text if entry.before else None
            new = revision_version(entry.revision).text
        yield replace(entry, summary=_summary(old, new))


def notes_of(release: Release, name: str) -> RevisionNotes | None:
    """What is told about the revision of this name, as ``r2``; None for any other text."""
    revisions = revisions_of(release)
    for revision, before in zip_longest(revisions, revisions[1:]):
        if f"r{revision.number}" == name:
            waived = coach_report.waivers_by_revision(release)
            known = waived.get(before.id, {}) if before else {}
            waivers = (w for key, w in waived.get(revision.id, {}).items() if key not in known)
            findings = findings_between(before, revision) if before else FindingsDiff()
            return RevisionNotes(revision, findings, tuple(waivers))
    return None


def _summary(old: Text | None, new: Text | None) -> str:
    if old is None or new is None:
        return ""
    return text_diff.summarise_changes(
        text_diff.compare(old.document, new.document, (old.form, new.form))
    )
