"""Who signs off a revision, and what is approved. An approval belongs to its revision for ever."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Literal

from sqlalchemy import func, select

from wbtest.extensions import clock, db
from wbtest.review.models import Approval
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.models import Membership, Person, Workspace
from wbtest.writing import document as documents
from wbtest.writing.coaching import find_stops
from wbtest.writing.models import Release, Revision, Waiver
from wbtest.writing.releases import find_newest_revision
from wbtest.writing.waivers import Key, waive
from wbtest.writing.wording import find_fault, with_plain_breaks

FIRST_DAY = timedelta(hours=24)
LONGEST_TRADE = 1_000
Standing = Literal["approved", "lapsed", "open"]


class TextChanged(Refused):
    """A newer revision exists, so this one is no longer what the team would sign."""


class NotYours(Refused):
    """The role does not reach, or four eyes are needed and two have looked."""

    status = 403


class Stopped(Refused):
    """The text has findings that stop it."""


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
        _refuse_old(revision)
        if objection := find_objection(revision, approver):
            raise NotYours(objection)
        _refuse_stopped(revision)
        owes = owes_sentence(revision)
        approval = Approval(
            revision_id=revision.id,
            approver_id=approver.id,
            digest=revision.digest,
            is_alone_on_day_one=owes,
            traded_away=_sentence(traded_away) if owes else "",
            approved_at=clock.now(),
        )
        session.add(approval)
    return approval


def let_stay(revision: Revision, key: Key, reason: str, approver: Person) -> Waiver:
    """Let a finding of the newest revision stay, as somebody who may approve it.

    Raises TextChanged, and what ``waivers.waive`` does.
    """
    with writing():
        hold(revision.release)
        _refuse_old(revision)
        return waive(revision, key, reason, approver, is_approver=True)


def find_objection(revision: Revision, person: Person) -> str:
    """The sentence that says why this person may not sign this revision; '' when they may."""
    return four_eyes_objection(
        revision.release.workspace,
        person,
        wrote={revision.author_id},
        doing="Approving",
        reason="You froze this text, so somebody else approves it",
    )


def four_eyes_objection(
    workspace: Workspace, person: Person, *, wrote: Collection[int], doing: str, reason: str
) -> str:
    """The sentence that says who must act instead of ``person``; '' when they may themselves.

    Four eyes: an approver who is not among those who ``wrote`` (ids of people) what is signed off,
    unless the workspace has one member. ``reason`` is what an approver who wrote it is told.
    """
    approvers = approvers_of(workspace)
    able = approvers if is_alone(workspace.id) else [a for a in approvers if a.id not in wrote]
    if person in able:
        return ""
    names = " or ".join(other.name for other in able)
    if person not in approvers:
        return f"{doing} is up to {names or 'an approver who did not write this'}."
    if names:
        return f"{reason}: {names}."
    return f"{reason}. Nobody else may yet: make a member an approver on the Team page."


def owes_sentence(revision: Revision) -> bool:
    """Whether an approval now would be one alone, on the first day of the release."""
    age = clock.now() - revision.release.created_at
    return age < FIRST_DAY and is_alone(revision.workspace_id)


def is_alone(workspace_id: int) -> bool:
    """Whether the workspace has one member."""
    members = db.session.scalar(select(func.count()).where(Membership.workspace_id == workspace_id))
    return members == 1


def approvers_of(workspace: Workspace) -> list[Person]:
    """Members whose role lets them approve, by name."""
    return list(
        db.session.scalars(
            select(Person)
            .join(Membership)
            .where(
                Membership.workspace_id == workspace.id,
                Membership.role.in_(("approver", "owner")),
            )
            .order_by(Person.name, Person.id)
        )
    )


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
    """The first approval of exactly this text, or None."""
    return next((a for a in approvals_of(revision) if a.digest == revision.digest), None)


def is_approved(revision: Revision) -> bool:
    """Whether somebody signed off exactly this text."""
    return find_approval(revision) is not None


def has_lapsed(release: Release) -> bool:
    """Whether the draft has moved on from the text that was last approved."""
    return standing_of([release])[release.id] == "lapsed"


def standing_of(releases: Iterable[Release]) -> dict[int, Standing]:
    """How each release stands, by its id.

    approved: the newest text is one that was signed off. lapsed: an older one was. open: none was.
    """
    found = list(releases)
    approved: dict[int, set[str]] = {release.id: set() for release in found}
    rows = db.session.execute(
        select(Revision.release_id, Revision.digest)
        .join(Approval, Approval.revision_id == Revision.id)
        .where(Revision.release_id.in_(approved), Approval.digest == Revision.digest)
    )
    for release_id, digest in rows:
        approved[release_id].add(digest)
    return {release.id: _standing(release, approved[release.id]) for release in found}


def _standing(release: Release, approved: set[str]) -> Standing:
    if not approved:
        return "open"
    newest = documents.digest(documents.from_json(release.document))
    return "approved" if newest in approved else "lapsed"


def _find_approval_by(revision: Revision, approver: Person) -> Approval | None:
    return db.session.scalars(
        select(Approval).where(
            Approval.revision_id == revision.id, Approval.approver_id == approver.id
        )
    ).first()


def _refuse_old(revision: Revision) -> None:
    newest = find_newest_revision(revision.release)
    if newest is not None and newest.number > revision.number:
        raise TextChanged(
            f"The text changed: revision {newest.number} is newer. Read and approve that one."
        )


def _refuse_stopped(revision: Revision) -> None:
    stops = find_stops(revision, "approval")
    if stops:
        first = f"{stops[0].mark.message} (coach {stops[0].rule.id})"
        more = f" and {len(stops) - 1} more" if len(stops) > 1 else ""
        raise Stopped(
            f"This text cannot be approved yet: {first}{more}. Mend it, or say why the words stay."
        )


def _sentence(text: str) -> str:
    text = with_plain_breaks(text).strip()
    if not text:
        raise Invalid(
            "traded_away", "Write one sentence: what do you give up by approving this alone today?"
        )
    if fault := find_fault(text, LONGEST_TRADE):
        raise Invalid("traded_away", fault)
    return text
