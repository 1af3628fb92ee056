"""Revisions: created from a draft, read, compared, and approved."""

from datetime import datetime
from typing import Literal

import msgspec
from flask import abort

from wbtest.api.releases import Findings, Form, Parts, findings_in
from wbtest.api.serialization import Answer, RequestBody, map_errors
from wbtest.review import approvals
from wbtest.review.models import Approval
from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing import releases
from wbtest.writing.coach_report import FindingKey
from wbtest.writing.models import Release, Revision
from wbtest.writing.text_diff import EntryDiff, FieldDiff, compare


class ApprovalShown(msgspec.Struct):
    by: str
    at: datetime
    traded_away: str


class RevisionShown(Parts, kw_only=True):
    """`is_approved` says that enough people signed exactly this text, `needed` who is missing."""

    release: int
    number: int
    form: Form
    product: str
    digest: str
    author: str
    created_at: datetime
    is_approved: bool
    needed: str
    approvals: list[ApprovalShown]


class Run(msgspec.Struct):
    kind: Literal["equal", "delete", "insert"]
    text: str


class Field(msgspec.Struct):
    """One text; `name` is its path inside the part."""

    name: str
    runs: list[Run]


class Entry(msgspec.Struct):
    """One entry of a list, with its numbers before and after, from 1."""

    old: int | None
    new: int | None
    is_moved: bool
    state: Literal["added", "removed", "changed", "same"]
    fields: list[Field]


class Part(msgspec.Struct):
    name: str
    is_changed: bool
    fields: list[Field]
    entries: list[Entry]


class Diff(msgspec.Struct):
    old: int
    new: int
    parts: list[Part]


class Signing(RequestBody):
    """`traded_away` is the sentence that a lone approver owes on a release's first day."""

    traded_away: str = ""


class Objecting(RequestBody, kw_only=True):
    """`another` asks for another draft, `stop` puts the release away."""

    verdict: Literal["another", "stop"]
    reason: str
    weeks_saved: int | None = None


class Objection(msgspec.Struct):
    verdict: str
    reason: str


class Letting(RequestBody, kw_only=True):
    """The key of a finding that stays, and why."""

    rule: str
    part: str
    words: str
    reason: str


class Let(msgspec.Struct):
    rule: str
    part: str
    words: str
    reason: str


def create_revision(release_id: int) -> Answer[RevisionShown]:
    """Create the next revision from the draft; a text that is a revision already stays that one."""
    found = access.get(Release, release_id, "edit")
    revision = releases.freeze(found, access.person())
    address = f"/api/v1/releases/{release_id}/revisions/{revision.number}"
    return Answer(_revision_response(revision), {"Location": address})


def get_revision(release_id: int, number: int) -> RevisionShown:
    """The text of a revision, and who approved it."""
    return _revision_response(get_revision_for(release_id, number, "read"))


def list_revision_findings(release_id: int, number: int) -> Findings:
    """What the coach finds in a revision, as of when it was created."""
    return findings_in(get_revision_for(release_id, number, "read"))


def compare_revisions(release_id: int, number: int, other: int) -> Diff:
    """What differs between two revisions, word by word."""
    old, new = (get_revision_for(release_id, each, "read") for each in (number, other))
    before, after = (documents.from_json(each.document) for each in (old, new))
    parts = compare(before, after, (old.form, new.form))
    return Diff(
        number,
        other,
        [
            Part(part.name, part.is_changed, _fields(part.fields), _entries(part.entries))
            for part in parts
        ],
    )


def approve_revision(release_id: int, number: int, body: Signing) -> RevisionShown:
    """Sign a revision off. Four eyes: who wrote part of it does not, unless they are alone."""
    revision = get_revision_for(release_id, number, "approve")
    approvals.approve(revision, access.person(), body.traded_away)
    return _revision_response(revision)


def object_to_revision(release_id: int, number: int, body: Objecting) -> Objection:
    """Ask for another draft, or stop the release on paper, as an approver."""
    revision = get_revision_for(release_id, number, "approve")
    with map_errors(what="reason", weeks="weeks_saved"):
        if body.verdict == "stop":
            stop = approvals.stop_release(revision, access.person(), body.reason, body.weeks_saved)
            return Objection("stop", stop.reason)
        reading = approvals.ask_for_another(revision, access.person(), body.reason)
        return Objection("another", reading.verdict_reason)


def let_finding_stay(release_id: int, number: int, body: Letting) -> Let:
    """Let words stay that the coach stopped, for a reason, as an approver."""
    revision = get_revision_for(release_id, number, "approve")
    key = FindingKey(body.rule, body.part, body.words)
    waiver = approvals.let_stay(revision, key, body.reason, access.person())
    return Let(waiver.rule, waiver.part, waiver.words, waiver.reason)


def get_revision_for(release_id: int, number: int, permission: str) -> Revision:
    """The revision of a release that the token may see; 404 when there is none."""
    found = releases.find_revision(access.get(Release, release_id, permission), number)
    return found or abort(404)


def _revision_response(revision: Revision) -> RevisionShown:
    about = {
        "release": revision.release_id,
        "number": revision.number,
        "form": revision.form,
        "digest": revision.digest,
        "author": revision.author.name,
        "created_at": revision.created_at,
        "is_approved": approvals.is_approved(revision),
        "needed": approvals.still_needed(revision),
        "approvals": [_approval(each) for each in approvals.approvals_of(revision)],
    }
    values = documents.to_json(documents.from_json(revision.document))
    return msgspec.convert(values | about, RevisionShown)


def _approval(approval: Approval) -> ApprovalShown:
    return ApprovalShown(approval.approver.name, approval.approved_at, approval.traded_away)


def _fields(fields: tuple[FieldDiff, ...]) -> list[Field]:
    return [Field(each.name, [Run(run.kind, run.text) for run in each.runs]) for each in fields]


def _entries(entries: tuple[EntryDiff, ...]) -> list[Entry]:
    return [
        Entry(each.old, each.new, each.is_moved, each.state, _fields(each.fields))
        for each in entries
    ]
