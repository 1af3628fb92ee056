"""Signing a revision off, and what keeps somebody from it."""

from datetime import timedelta

from sqlalchemy import select

from wbtest.delivery.webhooks import emit
from wbtest.extensions import clock, db
from wbtest.review.four_eyes import able_to_sign, four_eyes_objection, is_alone
from wbtest.review.models import Approval
from wbtest.review.refusals import Stopped, refuse_old, refuse_put_away
from wbtest.review.standing import find_approval
from wbtest.review.verdicts import note_verdict
from wbtest.store import Refused, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person
from wbtest.writing.coaching import find_stops
from wbtest.writing.models import Revision, Waiver
from wbtest.writing.naming import name_of
from wbtest.writing.typed import needed_text
from wbtest.writing.waivers import Key, waive

FIRST_DAY = timedelta(hours=24)
LONGEST_TRADE = 1_000
OWED = "Write one sentence: what do you give up by approving this alone today?"


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
        refuse_old(revision, "Read and approve that one.")
        if objection := find_objection(revision, approver):
            raise NotYours(objection)
        _refuse_stopped(revision)
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


def let_stay(revision: Revision, key: Key, reason: str, approver: Person) -> Waiver:
    """Let a finding of the newest revision stay, as somebody who may approve it.

    Raises TextChanged, and what ``waivers.waive`` does.
    """
    with writing():
        hold(revision.release)
        refuse_old(revision, "Read and approve that one.")
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


def _refuse_stopped(revision: Revision) -> None:
    refuse_put_away(revision.release, "approve a text of it")
    stops = find_stops(revision, "approval")
    if stops:
        first = f"{stops[0].mark.message} (coach {stops[0].rule.id})"
        more = f" and {len(stops) - 1} more" if len(stops) > 1 else ""
        raise Stopped(
            f"This text cannot be approved yet: {first}{more}. Mend it, or say why the words stay."
        )
