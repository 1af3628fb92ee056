"""Releases: written, imported, changed; and what the coach finds in them."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from flask import request
from msgspec import UNSET, UnsetType

from wbtest.api import parsing
from wbtest.api.serialization import Answer, RequestBody, reads_if_match, shown
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing import releases
from wbtest.writing.coach import unchecked
from wbtest.writing.coach_report import NumberedFinding, coach_text
from wbtest.writing.models import Release, Revision
from wbtest.writing.release_files import error_sentence, parse_release, unplaced_text

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


def list_releases(query: parsing.Page) -> Releases:
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
        read = parse_release(body.text)
    except documents.NotADocument as error:
        raise Invalid("text", error_sentence(error)) from error
    begun = releases.create_release(
        access.person(),
        form=read.form,
        product=read.document.product,
        language=read.document.language,
        document=read.document,
        unplaced=unplaced_text(read),
    )
    return release_answer(begun)


def get_release(release_id: int) -> Answer[ReleaseShown]:
    """The current draft. Its ETag names the version, so you can change exactly that one."""
    return release_answer(access.get(Release, release_id, "read"))


@reads_if_match
def change_release(release_id: int, body: ReleaseChange) -> Answer[ReleaseShown]:
    """Replace parts of the draft. With If-Match: 412 unless you read the current version."""
    found = access.get(Release, release_id, "edit")
    wanted = parsing.version_wanted(request.headers.get("If-Match"))
    parts = msgspec.to_builtins(body)
    return release_answer(releases.change_parts(found, parts, wanted, access.person()))


def list_findings(release_id: int) -> Findings:
    """What the coach finds in the draft as of today."""
    return findings_in(access.get(Release, release_id, "read"))


def findings_in(text: Release | Revision) -> Findings:
    """What the coach finds in a draft, or in a revision as of when it was created."""
    language = documents.from_json(text.document).language
    return Findings(
        [_finding_response(each) for group in coach_text(text) for each in group.findings],
        [rule.id for rule in unchecked(language)],
    )


def _finding_response(found: NumberedFinding) -> Finding:
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
        "ETag": parsing.version_etag(release.version),
        "Location": f"/api/v1/releases/{release.id}",
    }
    parts = documents.to_json(documents.from_json(release.document))
    return Answer(shown(ReleaseShown, release, **parts, author=release.author.name), headers)
