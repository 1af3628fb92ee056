"""What is approved. An approval belongs to its revision for ever; that it lapsed is derived."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Literal

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.review.four_eyes import able_to_sign
from wbtest.review.models import Approval
from wbtest.review.needs import Needs, needs_of
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.models import Release, Revision, Stop
from wbtest.writing.wording import joined

Standing = Literal["approved", "lapsed", "open", "stopped"]


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
    found = _approvals(revision.release_id)
    return found.get(revision.number)


def approvals_by_revision(release: Release) -> dict[int, Approval]:
    """The approval with which there were enough, of each approved revision, by its number."""
    return _approvals(release.id)


def _approvals(release_id: int) -> dict[int, Approval]:
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
    return _which(needs, signed) + _dead_end(needs, signed, revision)


def _which(needs: Needs, signed: set[int]) -> str:
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
        " But too few people may sign who did not write it. An owner asks for less under “How "
        "texts are approved”, or makes a member an approver on the Team page."
    )


def standing_of(releases: Iterable[Release]) -> dict[int, Standing]:
    """How each release stands, by its id.

    approved: the newest text is one that was signed off. lapsed: an older one was. open: none was.
    stopped: it was stopped on paper.
    """
    found = {release.id: release for release in releases}
    stopped = set(db.session.scalars(select(Stop.release_id).where(Stop.release_id.in_(found))))
    approved = _approved_digests(found)
    return {
        key: "stopped" if key in stopped else _standing(release, approved[key])
        for key, release in found.items()
    }


def _approved_digests(releases: dict[int, Release]) -> dict[int, set[str]]:
    """The digests of those texts of each release that enough people signed off."""
    signed: dict[tuple[int, str], set[int]] = {}
    writers = defaultdict[tuple[int, str], set[int]](set)
    rows = db.session.execute(
        select(Revision.release_id, Revision.digest, Approval.approver_id, Approval.is_by_writer)
        .join(Approval, Approval.revision_id == Revision.id)
        .where(Revision.release_id.in_(releases), Approval.digest == Revision.digest)
    )
    for release_id, digest, approver_id, is_by_writer in rows:
        signed.setdefault((release_id, digest), set()).add(approver_id)
        if is_by_writer:
            writers[release_id, digest].add(approver_id)
    needs = needs_of()
    approved: dict[int, set[str]] = {key: set() for key in releases}
    for (release_id, digest), approvers in signed.items():
        if needs.are_met_by(approvers, writers[release_id, digest]):
            approved[release_id].add(digest)
    return approved


def _standing(release: Release, approved: set[str]) -> Standing:
    if not approved:
        return "open"
    newest = documents.digest(documents.from_json(release.document))
    return "approved" if newest in approved else "lapsed"
