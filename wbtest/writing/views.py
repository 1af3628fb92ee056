"""The pages of a press release: the editor, the preview, a copy."""

from flask import (
    Blueprint,
    abort,
    flash,
    get_template_attribute,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing import editor_form, languages
from wbtest.writing.coach import unchecked
from wbtest.writing.coach_report import RefusedReason, coach_text, marks_of
from wbtest.writing.document import PARTS, Form
from wbtest.writing.draft_status import DraftStatus, status_of
from wbtest.writing.faq import EXAMPLE_QUESTIONS, EXPECTED_TOPICS, still_open
from wbtest.writing.forms import FullForm, ShortForm
from wbtest.writing.models import Release
from wbtest.writing.release_formats import FORMATS, adapt
from wbtest.writing.releases import copy_release

bp = Blueprint("writing", __name__)


@bp.get("/releases/<int:release_id>")
@access.requires("read")
def release(release_id: int) -> ResponseReturnValue:
    """The sheet on which the release is written; who may not write reads it instead."""
    found = access.get(Release, release_id, "read")
    if not access.has_permission("edit"):
        return redirect(url_for(".preview", release_id=found.id), 303)
    document = documents.from_json(found.document)
    return sheet_page(found, editor_form.sheet_of(document, found.form, found.version))


@bp.get("/releases/<int:release_id>/preview")
@access.requires("read")
def preview(release_id: int) -> ResponseReturnValue:
    """The draft as printed and what is missing, or in another ``format`` and what fits there."""
    found = access.get(Release, release_id, "read")
    name = request.args.get("format", "")
    if not name:
        return preview_page(found)
    if name not in FORMATS:
        abort(404)
    return render_template(
        "writing/preview.html",
        release=found,
        formats=FORMATS,
        name=name,
        adapted=adapt(documents.from_json(found.document), name),
    )


def preview_page(release: Release, refused: RefusedReason | None = None) -> str:
    """The draft as printed, with what the coach says and a reason that could not be kept."""
    document = documents.from_json(release.document)
    groups = coach_text(release)
    return render_template(
        "writing/preview.html",
        release=release,
        formats=FORMATS,
        name="",
        document=document,
        findings=groups,
        marks=marks_of(groups),
        unread=unchecked(document.language),
        refused=refused,
        questions=still_open(document),
        today=clock.now().date().isoformat(),
    )


def beside(release: Release, status: DraftStatus) -> dict[str, str]:
    """What the margin says beside each part of the sheet, as the script puts it there."""
    drawn = get_template_attribute("writing/_findings.html", "beside")
    groups = {group.name: group for group in status.findings}
    return {part.name: drawn(groups.get(part.name)) for part in PARTS[release.form]}


def sheet_page(
    release: Release,
    sheet: ShortForm,
    differences: list[editor_form.Difference] | None = None,
    status: DraftStatus | None = None,
) -> str:
    """The sheet as typed; ``status`` is the draft's unless the coach speaks of another text."""
    language = sheet.language.data or "en"
    # A sheet of the short form that was opened before the release grew comes back as it was sent.
    shape: Form = "full" if isinstance(sheet, FullForm) else "short"
    if status is None:
        status = status_of(release)
        if release.version == 1 and not release.first_writers:
            # Nobody has written anything yet that the coach could judge.
            status = status._replace(findings=())
    return render_template(
        "writing/release.html",
        release=release,
        document=documents.from_json(release.document),
        sheet=sheet,
        shape=shape,
        parts=PARTS[shape],
        told={part.name: editor_form.fields_with_help(sheet, part.name) for part in PARTS[shape]},
        status=status,
        beside=beside(release, status),
        differences=differences or [],
        faults=[typed for typed in editor_form.fields_of(sheet) if typed.faults],
        direction=languages.direction(language),
        right_to_left=languages.RIGHT_TO_LEFT,
        language=language,
        blanks=editor_form.blank_rows(),
        expected=EXPECTED_TOPICS[shape],
        examples=EXAMPLE_QUESTIONS,
    )


@bp.post("/releases/<int:release_id>/copy")
@access.requires("edit")
def copy(release_id: int) -> ResponseReturnValue:
    """Begin another release with this one's words."""
    copied = copy_release(access.get(Release, release_id, "edit"), access.person())
    flash("This is a copy, and a draft of its own. Approvals and comments stayed with the other.")
    return redirect(url_for(".release", release_id=copied.id), 303)
