"""Revisions: created from a draft, read, compared, put up for review, and approved."""

from datetime import datetime
from typing import Literal

import msgspec
from flask import abort

from wbtest.api.releases import Findings, Form, Letting, Parts, findings_in
from wbtest.api.serialization import Answer, RequestBody, map_errors, shown
from wbtest.api.team import check_held
from wbtest.extensions import runtime
from wbtest.review import approvals, review_requests
from wbtest.review.models import Approval, Reviewer
from wbtest.review.reviewers import is_over
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
    """`traded_away`: what a sole approver must write on a release's first day."""

    traded_away: str = ""


class Objecting(RequestBody, kw_only=True):
    """`another` asks for another draft, `stop` puts the release away."""

    verdict: Literal["another", "stop"]
    reason: str
    weeks_saved: int | None = None


class Objection(msgspec.Struct):
    verdict: str
    reason: str


class Let(msgspec.Struct):
    rule: str
    part: str
    words: str
    reason: str


def create_revision(release_id: int) -> Answer[RevisionShown]:
    """Create the next revision from the draft; an unchanged text returns its revision."""
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
    """Approve a revision. Nobody who wrote part of it can, unless they're the only member."""
    revision = get_revision_for(release_id, number, "approve")
    approvals.approve(revision, access.person(), body.traded_away)
    return _revision_response(revision)


def object_to_revision(release_id: int, number: int, body: Objecting) -> Objection:
    """Ask for another draft, or stop the release before a test (approvers only)."""
    revision = get_revision_for(release_id, number, "approve")
    with map_errors(what="reason", weeks="weeks_saved"):
        if body.verdict == "stop":
            stop = approvals.stop_release(revision, access.person(), body.reason, body.weeks_saved)
            return Objection("stop", stop.reason)
        reading = approvals.ask_for_another(revision, access.person(), body.reason)
        return Objection("another", reading.verdict_reason)


def let_finding_stay(release_id: int, number: int, body: Letting) -> Let:
    """Keep words that the coach blocked, with a reason (approvers only)."""
    revision = get_revision_for(release_id, number, "approve")
    key = FindingKey(body.rule, body.part, body.words)
    return shown(Let, approvals.let_stay(revision, key, body.reason, access.person()))


def get_revision_for(release_id: int, number: int, permission: str) -> Revision:
    """The revision of a release that the token may see; 404 when there is none."""
    found = releases.find_revision(access.get(Release, release_id, permission), number)
    return found or abort(404)


def _revision_response(revision: Revision) -> RevisionShown:
    parts = documents.to_json(documents.from_json(revision.document))
    return shown(
        RevisionShown,
        revision,
        **parts,
        release=revision.release_id,
        author=revision.author.name,
        is_approved=approvals.is_approved(revision),
        needed=approvals.still_needed(revision),
        approvals=[_approval(each) for each in approvals.approvals_of(revision)],
    )


def _approval(approval: Approval) -> ApprovalShown:
    return ApprovalShown(approval.approver.name, approval.approved_at, approval.traded_away)


def _fields(fields: tuple[FieldDiff, ...]) -> list[Field]:
    return [Field(each.name, [Run(run.kind, run.text) for run in each.runs]) for each in fields]


def _entries(entries: tuple[EntryDiff, ...]) -> list[Entry]:
    return [
        Entry(each.old, each.new, each.is_moved, each.state, _fields(each.fields))
        for each in entries
    ]


class Asking(RequestBody):
    """`members` are ids of people, who get an email; guests with a live link are asked along."""

    minutes: int = review_requests.USUAL_MINUTES
    note: str = ""
    members: list[int] = msgspec.field(default_factory=list)


class RoundShown(msgspec.Struct, kw_only=True):
    """A review that was asked for."""

    minutes: int
    note: str
    opened_at: datetime


class MemberAsked(msgspec.Struct, kw_only=True):
    """A member who may be asked, and how far they are."""

    id: int
    name: str
    role: str
    is_asked: bool
    state: str


class AskedShown(msgspec.Struct):
    """The review of a revision, null before somebody asked for it, and who could read it."""

    review: RoundShown | None
    members: list[MemberAsked]


class NewLink(RequestBody, kw_only=True):
    """`sees_internal` opens the internal FAQ too. With an `email` the link is sent there too."""

    name: str
    email: str = ""
    days: int = review_requests.USUAL_DAYS
    sees_internal: bool = False


class LinkShown(msgspec.Struct, kw_only=True):
    """A link for somebody without a log-in. Its `url` is shown once."""

    id: int
    name: str
    email: str
    sees_internal: bool
    expires_at: datetime | None
    is_over: bool
    url: str | None = None


class Links(msgspec.Struct):
    links: list[LinkShown]


def get_review(release_id: int, number: int) -> AskedShown:
    """Who was asked to read a revision, and how far everybody is."""
    revision = get_revision_for(release_id, number, "edit")
    asked = review_requests.find_round(revision)
    members = [
        shown(MemberAsked, each, id=each.person.id, name=each.person.name)
        for each in review_requests.members_for(revision, access.person())
    ]
    return AskedShown(shown(RoundShown, asked) if asked else None, members)


def ask_for_review(release_id: int, number: int, body: Asking) -> RoundShown:
    """Ask for a review of the newest revision. Called again, it asks only people not yet asked."""
    revision = get_revision_for(release_id, number, "edit")
    asked = review_requests.ask_for_review(
        revision, access.person(), body.minutes, body.note, body.members
    )
    return shown(RoundShown, asked)


def list_links(release_id: int) -> Links:
    """Every link to a release, the newest first, expired ones included."""
    return Links(
        [
            _link_response(each)
            for each in review_requests.links_of(access.get(Release, release_id, "edit"))
        ]
    )


def make_link(release_id: int, body: NewLink) -> Answer[LinkShown]:
    """Make a link for somebody without a log-in, who reads and comments: it takes both scopes."""
    release = access.get(Release, release_id, "edit")
    check_held("read", "write")
    made = review_requests.make_link(
        release,
        access.person(),
        body.name,
        body.email,
        body.days,
        sees_internal=body.sees_internal,
    )
    return _secret_response(*made)


def renew_link(release_id: int, reviewer_id: int) -> Answer[LinkShown]:
    """Give the holder of a link a new one; the old one stops working."""
    reviewer = _get_link(release_id, reviewer_id)
    check_held("read", "write")
    return _secret_response(reviewer, review_requests.renew_link(reviewer, access.person()))


def close_link(release_id: int, reviewer_id: int) -> None:
    """Close a link from now on; what its holder wrote stays."""
    review_requests.revoke_link(_get_link(release_id, reviewer_id))


def _get_link(release_id: int, reviewer_id: int) -> Reviewer:
    return review_requests.find_link(access.get(Release, release_id, "edit"), reviewer_id) or abort(
        404
    )


def _secret_response(reviewer: Reviewer, token: str) -> Answer[LinkShown]:
    again = _link_response(reviewer)
    url = f"{runtime().settings.base_url}/review/{token}"
    return Answer(msgspec.structs.replace(again, url=url), again=again)


def _link_response(reviewer: Reviewer) -> LinkShown:
    return shown(LinkShown, reviewer, name=reviewer.link_name or "", is_over=is_over(reviewer))
