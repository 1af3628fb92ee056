"""Releases: begun, read, changed, and what the coach says of them."""

import msgspec
from flask import request

from wbtest.api import etags
from wbtest.api import release_shapes as shapes
from wbtest.api.answers import Answer, reads_if_match
from wbtest.api.paging import Page
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing import releases
from wbtest.writing.coach import unchecked
from wbtest.writing.coach_report import coach_text
from wbtest.writing.document import NotADocument
from wbtest.writing.draft_status import releases_before
from wbtest.writing.models import Release, Revision
from wbtest.writing.release_files import error_sentence, parse_release


class FindingKey(msgspec.Struct):
    """By what a finding is known to who lets it stay."""

    rule: str
    part: str
    words: str


class Imported(shapes.Given, kw_only=True):
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
    mend: str
    why: str
    source: str
    key: FindingKey
    stays_because: str | None


class Findings(msgspec.Struct):
    findings: list[Finding]
    not_checked: list[str]


def list_releases(query: Page) -> shapes.Releases:
    """The releases, the newest first."""
    rows = releases_before(query.before, query.limit + 1)
    some, onward = query.cut(rows)
    return shapes.Releases([shapes.listed(release) for release in some], onward)


def create_release(body: shapes.NewRelease) -> Answer[shapes.ReleaseShown]:
    """Begin a release with its parts and FAQ."""
    values = msgspec.to_builtins(body)
    form = values.pop("form")
    document = shapes.document_of(values)
    begun = releases.create_release(
        access.person(),
        form=form,
        product=document.product,
        language=document.language,
        document=document,
    )
    return as_answer(begun)


def import_release(body: Imported) -> Answer[shapes.ReleaseShown]:
    """Begin a release from a file. What is no part of a release is left out."""
    try:
        read = parse_release(body.text)
    except NotADocument as error:
        raise Invalid("text", error_sentence(error)) from error
    begun = releases.create_release(
        access.person(),
        form=read.form,
        product=read.document.product,
        language=read.document.language,
        document=read.document,
    )
    return as_answer(begun)


def get_release(release_id: int) -> Answer[shapes.ReleaseShown]:
    """The draft as it stands now. Its ETag names the version, for a change of exactly this one."""
    return as_answer(access.get(Release, release_id, "read"))


@reads_if_match
def change_release(release_id: int, body: shapes.ReleaseChange) -> Answer[shapes.ReleaseShown]:
    """Replace parts of the draft. With If-Match only the version that was read, else 412."""
    found = access.get(Release, release_id, "edit")
    wanted = etags.version_wanted(request.headers.get("If-Match"))
    parts = msgspec.to_builtins(body)
    return as_answer(releases.change_parts(found, parts, wanted, access.person()))


def list_findings(release_id: int) -> Findings:
    """What the coach finds in the draft as of today."""
    return findings_in(access.get(Release, release_id, "read"))


def findings_in(text: Release | Revision) -> Findings:
    """What the coach finds in a draft, or in a revision as of when it was frozen."""
    language = documents.from_json(text.document).language
    return Findings(
        [
            Finding(
                rule=each.finding.rule.id,
                severity=each.finding.severity,
                part=each.finding.mark.part,
                path=each.finding.mark.path,
                start=each.finding.mark.start,
                end=each.finding.mark.end,
                words=each.finding.words,
                message=each.finding.mark.message,
                mend=each.finding.mark.mend or each.finding.rule.mend,
                why=each.finding.rule.why,
                source=each.finding.rule.source,
                key=FindingKey(*each.key),
                stays_because=each.waiver.reason if each.waiver else None,
            )
            for group in coach_text(text)
            for each in group.findings
        ],
        [rule.id for rule in unchecked(language)],
    )


def as_answer(release: Release) -> Answer[shapes.ReleaseShown]:
    """A draft as a program reads it, with the ETag of its version."""
    headers = {
        "ETag": etags.of_version(release.version),
        "Location": f"/api/v1/releases/{release.id}",
    }
    return Answer(shapes.shown(release), headers)
