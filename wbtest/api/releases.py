"""Releases: written, imported, changed; their history, findings and readers' questions."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from flask import request
from msgspec import UNSET, UnsetType

from wbtest.api.serialization import (
    Answer,
    Page,
    RequestBody,
    reads_if_match,
    shown,
    version_etag,
    version_wanted,
)
from wbtest.review.approvals import take_up_again
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import coach, coach_report, release_files, releases
from wbtest.writing import document as documents
from wbtest.writing import suggested_questions as question_verbs
from wbtest.writing.models import Candidate, Release, Revision, Waiver
from wbtest.writing.release_history import (
    RESTORABLE_PARTS,
    EditSession,
    FrozenRevision,
    find_version,
    restore_version,
    timeline_of,
)

Form = Literal["short", "full"]


class Dateline(RequestBody):
    city: str = ""
    date: str = ""


class Quote(RequestBody):
    text: str = ""
    speaker: str = ""
    role: str = ""


class CallToAction(RequestBody):
    text: str = ""
    label: str = ""
    price: str = ""


class Unknown(RequestBody):
    """An honest unknown: who'll find out, by when, and how."""

    owner: str = ""
    until: str = ""
    settled_by: str = ""


class Question(RequestBody, kw_only=True):
    audience: Literal["external", "internal"]
    question: str = ""
    answer: str = ""
    topic: str = ""
    open: Unknown | None = None


class Evidence(RequestBody, kw_only=True):
    """What one number of the text rests on."""

    words: str
    kind: Literal["sourced", "assumed", "imagined"]
    source: str = ""


class Parts(RequestBody):
    """The parts of a release; every one may be empty while it is a draft."""

    language: str = "en"
    segment: str = ""
    headline: str = ""
    subheading: str = ""
    dateline: Dateline = msgspec.field(default_factory=Dateline)
    summary: str = ""
    problem: str = ""
    alternative: str = ""
    solution: str = ""
    why_now: str = ""
    company_quote: Quote = msgspec.field(default_factory=Quote)
    customer_quote: Quote = msgspec.field(default_factory=Quote)
    call_to_action: CallToAction = msgspec.field(default_factory=CallToAction)
    faq: list[Question] = msgspec.field(default_factory=list)
    evidence: list[Evidence] = msgspec.field(default_factory=list)
    vision: str = ""
    roadmap: str = ""


class NewRelease(Parts, kw_only=True):
    product: str
    form: Form = "full"


class ReleaseChange(RequestBody):
    """The parts to replace; each replaces all of that part, and the others stay."""

    product: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    segment: str | UnsetType = UNSET
    headline: str | UnsetType = UNSET
    subheading: str | UnsetType = UNSET
    dateline: Dateline | UnsetType = UNSET
    summary: str | UnsetType = UNSET
    problem: str | UnsetType = UNSET
    alternative: str | UnsetType = UNSET
    solution: str | UnsetType = UNSET
    why_now: str | UnsetType = UNSET
    company_quote: Quote | UnsetType = UNSET
    customer_quote: Quote | UnsetType = UNSET
    call_to_action: CallToAction | UnsetType = UNSET
    faq: list[Question] | UnsetType = UNSET
    evidence: list[Evidence] | UnsetType = UNSET
    vision: str | UnsetType = UNSET
    roadmap: str | UnsetType = UNSET


class ReleaseShown(Parts, kw_only=True):
    id: int
    form: Form
    product: str
    version: int
    author: str
    created_at: datetime
    updated_at: datetime


class ReleaseListed(msgspec.Struct, kw_only=True):
    id: int
    form: Form
    product: str
    headline: str
    version: int
    updated_at: datetime


class Releases(msgspec.Struct):
    items: list[ReleaseListed]
    next: str | None


def document_of(values: dict[str, Any]) -> documents.Document:
    """Return the document. Raises Invalid at the part that cannot be kept."""
    try:
        return documents.from_json(values)
    except documents.NotADocument as error:
        raise Invalid(error.part, error.sentence) from error


def _release_item(release: Release) -> ReleaseListed:
    document = documents.from_json(release.document)
    return shown(ReleaseListed, release, product=document.product, headline=document.headline)


class FindingKey(msgspec.Struct):
    """How to name a finding when you keep its words."""

    rule: str
    part: str
    words: str


class Letting(RequestBody, kw_only=True):
    """The key of a finding whose words are kept, and why."""

    rule: str
    part: str
    words: str
    reason: str


class Imported(RequestBody, kw_only=True):
    """A release as a Markdown or JSON file, as `wbtest export` writes it."""

    text: str


class Finding(msgspec.Struct, kw_only=True):
    """What the coach says of some words; ``start`` and ``end`` are characters in ``path``."""

    rule: str
    severity: str
    part: str
    path: str
    start: int
    end: int
    words: str
    message: str
    fix: str
    why: str
    source: str
    key: FindingKey
    stays_because: str | None


class Findings(msgspec.Struct):
    findings: list[Finding]
    not_checked: list[str]


def list_releases(query: Page) -> Releases:
    """The releases, the newest first."""
    rows = releases.releases_before(query.before, query.limit + 1)
    some, onward = query.cut(rows)
    return Releases([_release_item(release) for release in some], onward)


def create_release(body: NewRelease) -> Answer[ReleaseShown]:
    """Begin a release with its parts and FAQ."""
    values = msgspec.to_builtins(body)
    form = values.pop("form")
    document = document_of(values)
    begun = releases.create_release(
        access.person(),
        form=form,
        product=document.product,
        language=document.language,
        document=document,
    )
    return release_answer(begun)


def import_release(body: Imported) -> Answer[ReleaseShown]:
    """Begin a release from a file. What fits no part is kept beside the draft."""
    try:
        read = release_files.parse_release(body.text)
    except documents.NotADocument as error:
        raise Invalid("text", release_files.error_sentence(error)) from error
    begun = releases.create_release(
        access.person(),
        form=read.form,
        product=read.document.product,
        language=read.document.language,
        document=read.document,
        unplaced=release_files.unplaced_text(read),
    )
    return release_answer(begun)


def get_release(release_id: int) -> Answer[ReleaseShown]:
    """The current draft. Its ETag names the version, so you can change exactly that one."""
    return release_answer(access.get(Release, release_id, "read"))


@reads_if_match
def change_release(release_id: int, body: ReleaseChange) -> Answer[ReleaseShown]:
    """Replace parts of the draft. With If-Match: 412 unless you read the current version."""
    found = access.get(Release, release_id, "edit")
    wanted = version_wanted(request.headers.get("If-Match"))
    parts = msgspec.to_builtins(body)
    return release_answer(releases.change_parts(found, parts, wanted, access.person()))


def list_findings(release_id: int) -> Findings:
    """What the coach finds in the draft as of today."""
    return findings_in(access.get(Release, release_id, "read"))


def findings_in(text: Release | Revision) -> Findings:
    """What the coach finds in a draft, or in a revision as of when it was created."""
    language = documents.from_json(text.document).language
    return Findings(
        [
            _finding_response(each)
            for group in coach_report.coach_text(text)
            for each in group.findings
        ],
        [rule.id for rule in coach.unchecked(language)],
    )


def _finding_response(found: coach_report.NumberedFinding) -> Finding:
    finding = found.finding
    return shown(
        Finding,
        finding.mark,
        rule=finding.rule.id,
        severity=finding.severity,
        words=finding.words,
        fix=finding.mark.fix or finding.rule.fix,
        why=finding.rule.why,
        source=finding.rule.source,
        key=FindingKey(*found.key),
        stays_because=found.waiver.reason if found.waiver else None,
    )


def release_answer(release: Release) -> Answer[ReleaseShown]:
    """A draft as a program reads it, with the ETag of its version."""
    headers = {
        "ETag": version_etag(release.version),
        "Location": f"/api/v1/releases/{release.id}",
    }
    parts = documents.to_json(documents.from_json(release.document))
    return Answer(shown(ReleaseShown, release, **parts, author=release.author.name), headers)


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
    return release_answer(
        releases.grow_release(access.get(Release, release_id, "edit"), access.person())
    )


def copy_release(release_id: int) -> Answer[ReleaseShown]:
    """Begin another release with these words. Approvals and comments stay with the first."""
    return release_answer(
        releases.copy_release(access.get(Release, release_id, "edit"), access.person())
    )


def delete_release(release_id: int) -> None:
    """Delete a draft that nobody has reviewed; any other is kept."""
    releases.delete_release(access.get(Release, release_id, "edit"), access.person())


def get_history(release_id: int, query: Earlier) -> History:
    """Revisions and what was written between them, the newest first, in pages."""
    found = timeline_of(access.get(Release, release_id, "read"), query.before)
    return History([_text_item(each) for each in found.entries], found.older)


def restore_release(release_id: int, body: Restoring) -> Answer[ReleaseShown]:
    """Make an older text, or a part of it, the draft again; nothing is lost by it."""
    found = access.get(Release, release_id, "edit")
    if body.part and body.part not in RESTORABLE_PARTS:
        raise Invalid("part", f"A release has these parts: {', '.join(RESTORABLE_PARTS)}.")
    named = find_version(found, body.text)
    if named is None:
        raise Invalid("text", "This release has no such text. Name one, such as r2 or 17.")
    restore_version(found, named.text, access.person(), body.part)
    return release_answer(found)


def take_release_up(release_id: int) -> Answer[ReleaseShown]:
    """Resume a release that was stopped before a test (approvers only)."""
    found = access.get(Release, release_id, "approve")
    take_up_again(found, access.person())
    return release_answer(found)


def list_waivers(release_id: int) -> Waivers:
    """The findings kept in a draft, and why."""
    found = coach_report.find_waivers(access.get(Release, release_id, "read"))
    return Waivers([shown(WaiverShown, each) for each in found.values()])


def waive_finding(release_id: int, body: Letting) -> WaiverShown:
    """Keep words despite a finding. Only approvers can keep words that block the text."""
    found = access.get(Release, release_id, "edit")
    key = coach_report.FindingKey(body.rule, body.part, body.words)
    is_approver = access.has_permission("approve")
    waiver = coach_report.waive(found, key, body.reason, access.person(), is_approver=is_approver)
    return shown(WaiverShown, waiver)


def take_waiver_back(waiver_id: int) -> None:
    """Withdraw a kept finding, so that it counts again. Revisions don't change."""
    coach_report.take_back(access.get(Waiver, waiver_id, "edit"))


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
        question_verbs.accept_question(access.get(Candidate, candidate_id, "edit"), access.person())
    )


def merge_question(candidate_id: int, body: MergingInto) -> QuestionAsked:
    """Say that the FAQ already asks this."""
    return _question_response(
        question_verbs.merge_question(
            access.get(Candidate, candidate_id, "edit"), body.question, access.person()
        )
    )


def dismiss_question(candidate_id: int) -> QuestionAsked:
    """Dismiss a question; it stays listed as dismissed."""
    return _question_response(
        question_verbs.dismiss_question(
            access.get(Candidate, candidate_id, "edit"), access.person()
        )
    )


def _question_response(found: Candidate) -> QuestionAsked:
    return shown(QuestionAsked, found, by=found.asked_by, at=found.asked_at)
