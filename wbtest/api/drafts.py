"""A draft beyond its words: copies, history, findings that stay, and questions of readers."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from wbtest.api.releases import ReleaseShown, release_answer
from wbtest.api.revisions import Letting
from wbtest.api.serialization import Answer, RequestBody, shown
from wbtest.review.approvals import take_up_again
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import releases
from wbtest.writing import suggested_questions as question_verbs
from wbtest.writing.coach_report import FindingKey, find_waivers, take_back, waive
from wbtest.writing.models import Candidate, Release, Waiver
from wbtest.writing.release_history import (
    RESTORABLE_PARTS,
    EditSession,
    FrozenRevision,
    find_version,
    restore_version,
    timeline_of,
)


class Restoring(RequestBody, kw_only=True):
    """`text` is `r2` for a revision or `17` for a version; without `part` it is all of it."""

    text: str
    part: str = ""


class Earlier(msgspec.Struct, forbid_unknown_fields=True):
    """`before` is that of the page before."""

    before: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None


class TextListed(msgspec.Struct, kw_only=True):
    """A text of a release, `r2` for a revision or `17` for a version, and what it changed."""

    text: str
    at: datetime
    by: str
    says: str


class History(msgspec.Struct):
    texts: list[TextListed]
    before: int | None


class WaiverShown(msgspec.Struct, kw_only=True):
    """Words kept in a draft despite a finding, and why."""

    id: int
    rule: str
    part: str
    words: str
    reason: str


class Waivers(msgspec.Struct):
    waivers: list[WaiverShown]


def grow_release(release_id: int) -> Answer[ReleaseShown]:
    """Turn a short release into a full one; every word stays where it is."""
    return release_answer(releases.grow_release(_get_release(release_id), access.person()))


def copy_release(release_id: int) -> Answer[ReleaseShown]:
    """Begin another release with these words. Approvals and comments stay with the first."""
    return release_answer(releases.copy_release(_get_release(release_id), access.person()))


def delete_release(release_id: int) -> None:
    """Delete a draft that nobody has reviewed; any other is kept."""
    releases.delete_release(_get_release(release_id), access.person())


def get_history(release_id: int, query: Earlier) -> History:
    """Revisions and what was written between them, the newest first, in pages."""
    found = timeline_of(access.get(Release, release_id, "read"), query.before)
    return History([_text_item(each) for each in found.entries], found.older)


def restore_release(release_id: int, body: Restoring) -> Answer[ReleaseShown]:
    """Make an older text, or a part of it, the draft again; nothing is lost by it."""
    found = _get_release(release_id)
    if body.part and body.part not in RESTORABLE_PARTS:
        raise Invalid("part", f"A release has these parts: {', '.join(RESTORABLE_PARTS)}.")
    named = find_version(found, body.text)
    if named is None:
        raise Invalid("text", "This release has no such text. Name one like r2, or 17.")
    restore_version(found, named.text, access.person(), body.part)
    return release_answer(found)


def take_release_up(release_id: int) -> Answer[ReleaseShown]:
    """Resume a release that was stopped before a test (approvers only)."""
    found = access.get(Release, release_id, "approve")
    take_up_again(found, access.person())
    return release_answer(found)


def list_waivers(release_id: int) -> Waivers:
    """The findings kept in a draft, and why."""
    found = find_waivers(access.get(Release, release_id, "read"))
    return Waivers([shown(WaiverShown, each) for each in found.values()])


def waive_finding(release_id: int, body: Letting) -> WaiverShown:
    """Keep words despite a finding. Only approvers can keep words that block the text."""
    found = _get_release(release_id)
    key = FindingKey(body.rule, body.part, body.words)
    is_approver = access.has_permission("approve")
    waiver = waive(found, key, body.reason, access.person(), is_approver=is_approver)
    return shown(WaiverShown, waiver)


def take_waiver_back(waiver_id: int) -> None:
    """Withdraw a kept finding, so that it counts again. Revisions don't change."""
    take_back(access.get(Waiver, waiver_id, "edit"))


def _get_release(release_id: int) -> Release:
    return access.get(Release, release_id, "edit")


def _text_item(entry: FrozenRevision | EditSession) -> TextListed:
    if isinstance(entry, FrozenRevision):
        frozen = entry.revision
        name, at, by = f"r{frozen.number}", frozen.created_at, frozen.author.name
    else:
        name, at, by = str(entry.last.version), entry.last.saved_at, entry.last.person
    return TextListed(text=name, at=at, by=by, says=entry.summary)


class QuestionAsked(msgspec.Struct, kw_only=True):
    """A question, how often it was asked, and what became of it."""

    id: int
    audience: Literal["external", "internal"]
    question: str
    by: str
    at: datetime
    times: int
    outcome: Literal["waiting", "accepted", "merged", "dismissed"]
    merged_into: str


class QuestionsAsked(msgspec.Struct):
    waiting: list[QuestionAsked]
    settled: list[QuestionAsked]


class MergingInto(RequestBody, kw_only=True):
    """The question of the FAQ that asks the same, in its words."""

    question: str


def list_questions(release_id: int) -> QuestionsAsked:
    """Every question that readers of a release asked, unanswered ones first."""
    asked = question_verbs.candidates_of(access.get(Release, release_id, "read"))
    return QuestionsAsked(
        [_question_response(each) for each in asked.waiting],
        [_question_response(each) for each in asked.settled],
    )


def accept_question(candidate_id: int) -> QuestionAsked:
    """Add a question to the draft's FAQ, where it waits for its answer."""
    return _question_response(
        question_verbs.accept_question(_get_question(candidate_id), access.person())
    )


def merge_question(candidate_id: int, body: MergingInto) -> QuestionAsked:
    """Say that the FAQ already asks this."""
    return _question_response(
        question_verbs.merge_question(_get_question(candidate_id), body.question, access.person())
    )


def dismiss_question(candidate_id: int) -> QuestionAsked:
    """Dismiss a question; it stays listed as dismissed."""
    return _question_response(
        question_verbs.dismiss_question(_get_question(candidate_id), access.person())
    )


def _get_question(candidate_id: int) -> Candidate:
    return access.get(Candidate, candidate_id, "edit")


def _question_response(found: Candidate) -> QuestionAsked:
    return shown(QuestionAsked, found, by=found.asked_by, at=found.asked_at)
