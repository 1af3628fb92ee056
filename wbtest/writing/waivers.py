"""Findings that stay, each with a reason: given, taken back, and frozen with a revision."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.store import Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing import coach
from wbtest.writing import document as documents
from wbtest.writing.coach import Finding
from wbtest.writing.coach_settings import get_coach_settings
from wbtest.writing.models import Release, Revision, Waiver, name_of
from wbtest.writing.text_rules import with_plain_breaks
from wbtest.writing.typed_text import needed_text

LONGEST_REASON = 1_000
# What a revision takes over from a waiver of its draft.
COPIED = ("release_id", "severity", "person_id", "reason", "waived_at")


class FindingKey(NamedTuple):
    """Which finding. Words are compared in small letters; where something is missing the message
    stands for them, without its figures, so that a text may grow by a word and keep its waiver."""

    rule: str
    part: str
    words: str


class NotWaivable(Refused):
    """No reason takes this finding away, or not this person's."""

    status = 403


class WordsGone(Refused):
    """The text has no such finding any more."""


def finding_key(finding: Finding) -> FindingKey:
    """Return what a waiver of this finding names."""
    said = finding.words or re.sub(r"\d[\d.,]*", "#", finding.mark.message)
    return FindingKey(finding.rule.id, finding.mark.part, with_plain_breaks(said).casefold())


def waive(
    text: Release | Revision, key: FindingKey, reason: str, person: Person, *, is_approver: bool
) -> Waiver:
    """Let a finding of a draft or of the newest revision stay.

    In a draft a second reason replaces the first; what a revision has stays as it is. Raises
    Invalid without a usable reason, WordsGone when the text has no such finding, NotWaivable when
    it cannot be waived, or only by an approver, or not any more.
    """
    reason = needed_text(
        "reason", reason, LONGEST_REASON, "Write the reason: why do these words stay?"
    )
    with writing() as session:
        release = text if isinstance(text, Release) else text.release
        hold(release)
        finding = _get_finding(text, key)
        _check_waivable(finding, is_approver=is_approver)
        before = find_waivers(text).get(key)
        if before is not None:
            _check_not_frozen(before)
            session.delete(before)
        waiver = Waiver(
            **key._asdict(),
            severity=finding.severity,
            release_id=release.id,
            revision_id=None if isinstance(text, Release) else text.id,
            reason=reason,
            person_id=person.id,
            waived_at=clock.now(),
        )
        session.add(waiver)
        record("waiver.given", _what(waiver, release), by=person)
    return waiver


def take_back(waiver: Waiver) -> None:
    """Let the finding of a draft stand again. What was frozen with a revision stays."""
    _check_not_frozen(waiver)
    with writing() as session:
        release = session.get_one(Release, waiver.release_id)
        record("waiver.taken_back", _what(waiver, release))
        session.delete(waiver)


def freeze_waivers(revision: Revision) -> None:
    """Copy the draft's waivers to a revision of its text, those that apply and are new there."""
    with writing() as session:
        session.flush()
        found = {finding_key(finding) for finding in findings_of(revision)} - set(
            find_waivers(revision)
        )
        for key, waiver in find_waivers(revision.release).items():
            if key in found:
                copied = {name: getattr(waiver, name) for name in COPIED}
                session.add(Waiver(revision_id=revision.id, **key._asdict(), **copied))


def find_waivers(text: Release | Revision) -> dict[FindingKey, Waiver]:
    """The waivers of a draft, or those that belong to a revision, by finding."""
    if isinstance(text, Release):
        of_it = select(Waiver).where(Waiver.release_id == text.id, Waiver.revision_id.is_(None))
    else:
        of_it = select(Waiver).where(Waiver.revision_id == text.id)
    named = of_it.options(joinedload(Waiver.person)).order_by(Waiver.id)
    rows = db.session.scalars(named)
    return {FindingKey(row.rule, row.part, row.words): row for row in rows}


def waivers_by_revision(release: Release) -> dict[int, dict[FindingKey, Waiver]]:
    """The waivers that belong to each revision (by its id) of the release."""
    rows = db.session.scalars(
        select(Waiver)
        .where(Waiver.release_id == release.id, Waiver.revision_id.is_not(None))
        .options(joinedload(Waiver.person))
        .order_by(Waiver.id)
    )
    found: dict[int, dict[FindingKey, Waiver]] = {}
    for row in rows:
        assert row.revision_id is not None
        found.setdefault(row.revision_id, {})[FindingKey(row.rule, row.part, row.words)] = row
    return found


def findings_of(text: Release | Revision) -> tuple[Finding, ...]:
    """What the coach finds: in a draft as of today, in a revision as of the day it was frozen."""
    day = clock.now() if isinstance(text, Release) else text.created_at
    document = documents.from_json(text.document)
    return coach.findings_of(document, text.form, day.date(), get_coach_settings())


def does_stay(finding: Finding, waived: Mapping[FindingKey, Waiver]) -> bool:
    """Whether there is a reason that is good enough for how severe the finding is."""
    waiver = waived.get(finding_key(finding))
    return waiver is not None and (finding.severity != "stop" or waiver.severity == "stop")


def _what(waiver: Waiver, release: Release) -> str:
    return f"“{waiver.words}” ({waiver.rule}) in {name_of(release)}"


def _get_finding(text: Release | Revision, key: FindingKey) -> Finding:
    for finding in findings_of(text):
        if finding_key(finding) == key:
            return finding
    raise WordsGone("The text changed and no longer has these words.")


def _check_waivable(finding: Finding, *, is_approver: bool) -> None:
    if finding.severity == "note":
        raise NotWaivable("This is only a tip. It needs no reason.")
    if not finding.is_waivable:
        raise NotWaivable("This can’t be kept. Fix it first.")
    if finding.severity == "stop" and not is_approver:
        stopped = "approval" if finding.rule.stops_before == "approval" else "test"
        raise NotWaivable(f"This blocks the {stopped}. Only an approver can keep it.")


def _check_not_frozen(waiver: Waiver) -> None:
    if waiver.revision_id is not None:
        raise NotWaivable("This waiver belongs to a frozen revision. It stays in the history.")
