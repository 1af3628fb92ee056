"""An approver's verdict on a revision: approved, another draft, or stopped; and what is approved.

An approval belongs to its revision for good. It has lapsed when the newest text is another one,
which is derived and not stored.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from functools import cache
from typing import Any, Literal

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from wbtest.delivery.webhooks import emit
from wbtest.extensions import clock, db
from wbtest.review.approvers import (
    Needs,
    able_to_sign,
    approvers_of,
    four_eyes_objection,
    is_alone,
    needs_of,
)
from wbtest.review.models import Approval, Reading, Reviewer
from wbtest.review.reviewers import reading_of, seat_of
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.coach_report import FindingKey, find_stops, waive
from wbtest.writing.models import Release, Revision, Stop, Waiver, name_of
from wbtest.writing.releases import find_newest_revision
from wbtest.writing.text_rules import joined, needed_text

LONGEST_REASON = 2_000
MOST_WEEKS = 520


class NotYourVerdict(Refused):
    """Only an approver decides on a text."""

    status = 403


def ask_for_another(revision: Revision, approver: Person, what: str) -> Reading:
    """Record that this approver wants another draft; ``what`` must change.

    Raises Invalid without a usable sentence, NotYourVerdict for who is no approver.
    """
    what = needed_text("what", what, LONGEST_REASON, "Enter what must change.")
    return note_verdict(revision, approver, "another", what)


def stop_release(
    revision: Revision, approver: Person, reason: str, weeks_saved: int | None = None
) -> Stop:
    """Stop the release on paper and put it away with its reason; the first stop stays.

    ``weeks_saved`` is a guess of how long building it would have taken. Raises as
    ``ask_for_another`` does.
    """
    reason = needed_text("reason", reason, LONGEST_REASON, "Enter the reason.")
    if weeks_saved is not None and not 0 <= weeks_saved <= MOST_WEEKS:
        raise Invalid("weeks", f"Enter 0 to {MOST_WEEKS} weeks, or leave it empty.")
    with writing() as session:
        hold(revision.release)
        note_verdict(revision, approver, "stop", reason)
        found = session.get(Stop, revision.release_id)
        if found is None:
            found = Stop(
                release_id=revision.release_id,
                revision_id=revision.id,
                reason=reason,
                weeks_saved=weeks_saved,
                stopped_by_id=approver.id,
                stopped_at=clock.now(),
            )
            session.add(found)
            record("release.stopped", name_of(revision), by=approver)
    return found


def take_up_again(release: Release, approver: Person) -> None:
    """Let a stopped release go on; why it was stopped stays in the verdicts of its revision."""
    _check_is_approver(approver)
    with writing() as session:
        hold(release)
        found = session.get(Stop, release.id)
        if found is not None:
            session.delete(found)
            record("release.taken_up", name_of(release), by=approver)


def note_verdict(revision: Revision, approver: Person, verdict: str, reason: str) -> Reading:
    """Write an approver's verdict beside the revision; a later one of theirs replaces it.

    Without a ``reason`` the one that they gave for the same verdict stays.
    """
    _check_is_approver(approver)
    with writing():
        reading = reading_of(seat_of(revision, approver))
        if reason or reading.verdict != verdict:
            reading.verdict, reading.verdict_reason = verdict, reason
        reading.verdict_at = clock.now()
    return reading


def find_stop(release: Release) -> Stop | None:
    """Why and by whom the release was stopped, or None."""
    return db.session.get(Stop, release.id)


def verdicts_of(revision: Revision) -> list[Reading]:
    """Everybody's verdict on the revision, oldest first."""
    return list(
        db.session.scalars(
            select(Reading)
            .where(Reading.revision_id == revision.id, Reading.verdict != "")
            .options(joinedload(Reading.reviewer).joinedload(Reviewer.person))
            .order_by(Reading.verdict_at, Reading.id)
        )
    )


def _check_is_approver(person: Person) -> None:
    if person not in approvers_of():
        raise NotYourVerdict("Only an approver can decide this. Say it in your review instead.")


class TextChanged(Refused):
    """A newer revision exists, so this one is no longer what the team would sign."""


class Stopped(Refused):
    """The text has findings that stop it, or the release was stopped on paper."""


def is_newest(revision: Revision) -> bool:
    """Whether no later text of this release was frozen."""
    newest = find_newest_revision(revision.release)
    return newest is None or newest.id == revision.id


def check_is_newest(revision: Revision, instead: str) -> None:
    """Raise TextChanged when a later text was frozen; ``instead`` says what to do with that."""
    newest = find_newest_revision(revision.release)
    if newest is not None and newest.number > revision.number:
        raise TextChanged(f"The text changed: revision {newest.number} is newer. {instead}")


def check_not_stopped(release: Release, before: str) -> None:
    """Raise Stopped when the release was stopped on paper; ``before`` names what must wait."""
    if (put_away := find_stop(release)) is not None:
        raise Stopped(
            f"{put_away.stopped_by.name} stopped this idea. Restore it before you {before}."
        )


# Ids of people by the text that they approved.
Signers = defaultdict[Any, set[int]]
ApprovalStatus = Literal["approved", "lapsed", "open", "stopped"]
FIRST_DAY = timedelta(hours=24)
LONGEST_TRADE = 1_000
OWED = "Write one sentence: why do you approve this alone today?"


def approvals_of(revision: Revision) -> list[Approval]:
    """Every approval of the revision, oldest first."""
    return list(
        db.session.scalars(
            select(Approval)
            .where(Approval.revision_id == revision.id)
            .order_by(Approval.approved_at, Approval.id)
        )
    )


def find_approval(revision: Revision) -> Approval | None:
    """The approval of exactly this text with which there were enough, or None before."""
    return approvals_by_revision(revision.release_id).get(revision.number)


def approvals_by_revision(release_id: int) -> dict[int, Approval]:
    """The approval with which there were enough, of each approved revision, by its number."""
    needs, signed, found = needs_of(), defaultdict[int, set[int]](set), {}
    writers = defaultdict[int, set[int]](set)
    for number, approval in db.session.execute(_signed(), {"release_id": release_id}):
        signed[number].add(approval.approver_id)
        if approval.is_by_writer:
            writers[number].add(approval.approver_id)
        if number not in found and needs.are_met_by(signed[number], writers[number]):
            found[number] = approval
    return found


@cache
def _signed() -> Select[int, Approval]:
    """Made once, since to put it together takes longer than to run it."""
    return (
        select(Revision.number, Approval)
        .join(Approval, Approval.revision_id == Revision.id)
        .where(Revision.release_id == bindparam("release_id"), Approval.digest == Revision.digest)
        .options(joinedload(Approval.approver))
        .order_by(Approval.approved_at, Approval.id)
    )


def is_approved(revision: Revision) -> bool:
    """Whether as many as the team wants signed off exactly this text."""
    return find_approval(revision) is not None


def writer_names(revision: Revision) -> list[str]:
    """Who changed the text since it was last approved, by name."""
    people = select(Person.name).where(Person.id.in_(revision.writers))
    return list(db.session.scalars(people.order_by(Person.name, Person.id)))


def still_needed(revision: Revision) -> str:
    """What says which approvals of this text are missing; '' when there are enough.

    It says so, too, when nobody is left who could give them.
    """
    needs = needs_of()
    approvals = [a for a in approvals_of(revision) if a.digest == revision.digest]
    signed = {approval.approver_id for approval in approvals}
    if needs.are_met_by(signed, {a.approver_id for a in approvals if a.is_by_writer}):
        return ""
    return _missing_approvals(needs, signed) + _dead_end(needs, signed, revision)


def _missing_approvals(needs: Needs, signed: set[int]) -> str:
    absent = db.session.scalars(
        select(Person.name).where(Person.id.in_(needs.required - signed)).order_by(Person.name)
    ).all()
    # A writer's approval that is not enough alone leaves one to be given.
    count = max(needs.approvals - len(signed), len(absent), 1)
    more = "more " if signed else ""
    if count == 1 and absent:
        return f"It needs {absent[0]}’s approval."
    if count == 1:
        return f"It needs one {more}approval."
    names = f", {joined(absent)} among them" if absent else ""
    return f"It needs {count} {more}approvals{names}."


def _dead_end(needs: Needs, signed: set[int], revision: Revision) -> str:
    """What to do when not even everybody who may still sign would be enough; else ''."""
    able = able_to_sign(revision.writers)
    if needs.are_met_by(signed | {person.id for person in able}):
        return ""
    return (
        " But too few people who didn’t write it can approve. An owner can ask for fewer "
        "approvals in Settings, or make a member an approver there."
    )


def approved_ids(revisions: Iterable[Revision]) -> set[int]:
    """Return the ids of those revisions that enough people approved."""
    return _with_enough(*signers_of({revision.id for revision in revisions}))


def signers_of(revision_ids: Collection[int]) -> tuple[Signers, Signers]:
    """Who approved exactly these texts, and who of them had written part of it, by revision."""
    return _signers(
        db.session.execute(
            select(Approval.revision_id, Approval.approver_id, Approval.is_by_writer)
            .join(Revision, Revision.id == Approval.revision_id)
            .where(Approval.revision_id.in_(revision_ids), Approval.digest == Revision.digest)
        )
    )


def approval_statuses(releases: Iterable[Release]) -> dict[int, ApprovalStatus]:
    """How each release stands, by its id.

    approved: the newest text is one that was signed off. lapsed: an older one was. open: none was.
    stopped: it was stopped on paper.
    """
    found = {release.id: release for release in releases}
    stopped = set(db.session.scalars(select(Stop.release_id).where(Stop.release_id.in_(found))))
    approved = _approved_digests(found)
    return {
        key: "stopped" if key in stopped else _approval_status(release, approved[key])
        for key, release in found.items()
    }


def _approved_digests(releases: dict[int, Release]) -> dict[int, set[str]]:
    """The digests of those texts of each release that enough people signed off."""
    rows = db.session.execute(
        select(Revision.release_id, Revision.digest, Approval.approver_id, Approval.is_by_writer)
        .join(Approval, Approval.revision_id == Revision.id)
        .where(Revision.release_id.in_(releases), Approval.digest == Revision.digest)
    )
    approved: dict[int, set[str]] = {key: set() for key in releases}
    signed = _signers(((row[0], row[1]), *row[2:]) for row in rows)
    for release_id, digest in _with_enough(*signed):
        approved[release_id].add(digest)
    return approved


def _signers(rows: Iterable[Any]) -> tuple[Signers, Signers]:
    """A row is a key, an approver, and whether they wrote the text."""
    signed, writers = defaultdict[Any, set[int]](set), defaultdict[Any, set[int]](set)
    for key, approver_id, is_by_writer in rows:
        signed[key].add(approver_id)
        if is_by_writer:
            writers[key].add(approver_id)
    return signed, writers


def _with_enough(signed: Signers, writers: Signers) -> set[Any]:
    """The keys with enough approvals."""
    needs = needs_of()
    return {key for key, people in signed.items() if needs.are_met_by(people, writers[key])}


def _approval_status(release: Release, approved: set[str]) -> ApprovalStatus:
    if not approved:
        return "open"
    newest = documents.digest(documents.from_json(release.document))
    return "approved" if newest in approved else "lapsed"


class NotYours(Refused):
    """The role does not reach, or four eyes are needed and two have looked."""

    status = 403


def approve(revision: Revision, approver: Person, traded_away: str = "") -> Approval:
    """Record that ``approver`` signs off this revision; the second time changes nothing.

    ``traded_away`` is the sentence that a lone approver owes on the release's first day.
    Raises TextChanged, NotYours, Stopped, or Invalid when that sentence is missing.
    """
    with writing() as session:
        # Approvals of one release follow each other, so two clicks cannot both be the first.
        hold(revision.release)
        found = _find_approval_by(revision, approver)
        if found is not None:
            return found
        check_is_newest(revision, "Read and approve that one.")
        if objection := find_objection(revision, approver):
            raise NotYours(objection)
        _check_not_stopped(revision)
        note_verdict(revision, approver, "approve", "")
        owes = owes_sentence(revision)
        traded = needed_text("traded_away", traded_away, LONGEST_TRADE, OWED) if owes else ""
        approval = Approval(
            revision_id=revision.id,
            approver_id=approver.id,
            digest=revision.digest,
            is_alone_on_day_one=owes,
            is_by_writer=approver.id in revision.writers and not is_alone(),
            traded_away=traded,
            approved_at=clock.now(),
        )
        session.add(approval)
        session.flush()
        record("revision.approved", name_of(revision), by=approver)
        if find_approval(revision) is approval:
            revision.release.approved_version = revision.version
            _announce(revision)
    return approval


def _announce(revision: Revision) -> None:
    """Tell webhooks that a text is approved."""
    facts = {
        "release": revision.release_id,
        "revision": revision.number,
        "product": revision.document.get("product", ""),
        "headline": revision.document.get("headline", ""),
    }
    emit("release.approved", facts)


def let_stay(revision: Revision, key: FindingKey, reason: str, approver: Person) -> Waiver:
    """Let a finding of the newest revision stay, as somebody who may approve it.

    Raises TextChanged, and what ``coach_report.waive`` does.
    """
    with writing():
        hold(revision.release)
        check_is_newest(revision, "Read and approve that one.")
        return waive(revision, key, reason, approver, is_approver=True)


def find_objection(revision: Revision, person: Person) -> str:
    """The sentence that says why this person may not sign this revision; '' when they may."""
    return four_eyes_objection(
        person,
        able=able_to_sign(revision.writers),
        doing="Approving",
        reason="You wrote part of this revision, so someone else has to approve it",
    )


def owes_sentence(revision: Revision) -> bool:
    """Whether an approval now would be one alone, on the first day of the release."""
    age = clock.now() - revision.release.created_at
    return age < FIRST_DAY and is_alone()


def _find_approval_by(revision: Revision, approver: Person) -> Approval | None:
    return db.session.scalars(
        select(Approval).where(
            Approval.revision_id == revision.id, Approval.approver_id == approver.id
        )
    ).first()


def _check_not_stopped(revision: Revision) -> None:
    check_not_stopped(revision.release, "approve a revision")
    stops = find_stops(revision, "approval")
    if stops:
        first = f"{stops[0].mark.message} (coach {stops[0].rule.id})"
        more = f" and {len(stops) - 1} more" if len(stops) > 1 else ""
        raise Stopped(
            f"This text can’t be approved yet: {first}{more}. Fix it, or keep it with a reason."
        )
