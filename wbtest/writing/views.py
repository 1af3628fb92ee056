"""The pages of a press release: the list, the beginning, the sheet, the preview."""

from collections.abc import Callable

from flask import (
    Blueprint,
    flash,
    get_template_attribute,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing import languages, releases, sheets
from wbtest.writing.arranging import arrange
from wbtest.writing.coach import unchecked
from wbtest.writing.coaching import RefusedReason, coach_text, marks_of
from wbtest.writing.document import Document, Form
from wbtest.writing.forms import NewReleaseForm, ShortForm
from wbtest.writing.models import Release
from wbtest.writing.parts import PARTS
from wbtest.writing.releases import ChangedMeanwhile
from wbtest.writing.status import Status, releases_of, status_of
from wbtest.writing.topics import EXAMPLES, EXPECTED, still_open

bp = Blueprint("writing", __name__)


@bp.get("/releases", endpoint="releases")
@access.requires("read")
def list_releases() -> ResponseReturnValue:
    """Every release of the workspace, the one written on last first."""
    return render_template("writing/releases.html", releases=releases_of(access.workspace("read")))


@bp.route("/releases/new", methods=["GET", "POST"])
@access.requires("edit")
def new_release() -> ResponseReturnValue:
    """Begin a release: short or full, for which product, in which language."""
    spoken = request.accept_languages.best_match([code for code, *_ in languages.LANGUAGES])
    form = NewReleaseForm(request.form, data={"language": spoken or "en"})
    if request.method == "POST" and form.validate():
        try:
            begun = releases.create_release(access.workspace("edit"), access.person(), **form.data)
        except Invalid as refused:
            form[refused.field].errors = [str(refused)]
        else:
            return redirect(url_for(".release", release_id=begun.id), 303)
    return render_template("writing/new_release.html", form=form), 422 if form.errors else 200


@bp.get("/releases/<int:release_id>")
@access.requires("read")
def release(release_id: int) -> ResponseReturnValue:
    """The sheet on which the release is written; who may not write reads it instead."""
    found = access.get(Release, release_id, "read")
    if not access.has_permission("edit"):
        return redirect(url_for(".preview", release_id=found.id), 303)
    document = documents.from_json(found.document)
    return _sheet_page(found, sheets.sheet_of(document, found.form, found.version))


@bp.post("/releases/<int:release_id>/save")
@access.requires("edit")
def save(release_id: int) -> ResponseReturnValue:
    """Store what was typed, after one of the sheet's buttons has moved the questions."""
    found = access.get(Release, release_id, "edit")
    command = request.form.get("do", "")

    def store(document: Document, version: int) -> object:
        return releases.save_release(found, arrange(document, command), version)

    refused = _with_typed(found, store)
    if refused is not None:
        return refused
    if _wants_json():
        status = status_of(found)
        return status.as_json() | {"findings": _beside(found, status)}
    side = command.split(":")[1] if ":" in command else None
    return redirect(url_for(".release", release_id=found.id, _anchor=side), 303)


@bp.post("/releases/<int:release_id>/grow")
@access.requires("edit")
def grow(release_id: int) -> ResponseReturnValue:
    """Save what was typed and turn the short form into the full one."""
    found = access.get(Release, release_id, "edit")
    refused = _with_typed(
        found, lambda document, version: releases.save_and_grow(found, document, version)
    )
    if refused is not None:
        return refused
    flash("The full form is open. Every word you wrote is where it was.")
    return redirect(url_for(".release", release_id=found.id), 303)


@bp.post("/releases/<int:release_id>/freeze")
@access.requires("edit")
def freeze(release_id: int) -> ResponseReturnValue:
    """Save what was typed and freeze it as the next revision."""
    found = access.get(Release, release_id, "edit")
    author = access.person()
    refused = _with_typed(
        found,
        lambda document, version: releases.save_and_freeze(found, document, version, author),
    )
    if refused is not None:
        return refused
    number = status_of(found).revision
    return redirect(url_for("review.revision", release_id=found.id, number=number), 303)


@bp.get("/releases/<int:release_id>/preview")
@access.requires("read")
def preview(release_id: int) -> ResponseReturnValue:
    """The draft as it would be printed, and what is missing."""
    return preview_page(access.get(Release, release_id, "read"))


def preview_page(release: Release, refused: RefusedReason | None = None) -> str:
    """The draft as printed, with what the coach says and a reason that could not be kept."""
    document = documents.from_json(release.document)
    groups = coach_text(release)
    return render_template(
        "writing/preview.html",
        release=release,
        document=document,
        form=release.form,
        findings=groups,
        marks=marks_of(groups),
        unread=unchecked(document.language),
        refused=refused,
        questions=still_open(document),
        today=clock.now().date().isoformat(),
    )


def _beside(release: Release, status: Status) -> dict[str, str]:
    """What the margin says beside each part of the sheet, as the script puts it there."""
    beside = get_template_attribute("writing/_findings.html", "beside")
    groups = {group.name: group for group in status.findings}
    return {part.name: beside(groups.get(part.name)) for part in PARTS[release.form]}


def _with_typed(
    release: Release, act: Callable[[Document, int], object]
) -> ResponseReturnValue | None:
    """Call ``act`` with what was typed and the version it was made from.

    A button that sends no text acts on the draft as it is stored. Returns what to answer instead
    when the text cannot be kept as it is.
    """
    base = documents.from_json(release.document)
    has_text = bool(set(request.form) - {"csrf_token", "do"})
    # A sheet that was opened before the release grew can change the short form's parts only.
    shape: Form = (
        "full" if release.form == request.form.get("shape", release.form) == "full" else "short"
    )
    sheet = sheets.sheet_of(base, shape, release.version, request.form if has_text else None)
    if has_text and not sheet.validate():
        return _not_kept(release, sheet)
    try:
        act(sheets.document_of(sheet, base), sheet.version.data or 0)
    except ChangedMeanwhile as changed:
        return _both_texts(release, sheet, str(changed))
    return None


def _not_kept(release: Release, sheet: ShortForm) -> ResponseReturnValue:
    """Say at each field what cannot be kept; what was typed stays."""
    if not _wants_json():
        return _sheet_page(release, sheet), 422
    faults = [
        {"name": typed.name, "label": typed.label, "sentence": " ".join(typed.faults)}
        for typed in sheets.fields_of(sheet)
        if typed.faults
    ]
    return {"faults": faults, "sentence": " ".join(sheet.form_errors)}, 422


def _both_texts(release: Release, sheet: ShortForm, sentence: str) -> ResponseReturnValue:
    """Show what was typed beside what is stored; saving once more keeps what was typed."""
    stored = documents.from_json(release.document)
    typed = sheets.document_of(sheet, stored)
    mine, theirs = (
        sheets.sheet_of(text, release.form, release.version) for text in (typed, stored)
    )
    differences = sheets.differences(mine, theirs)
    if not _wants_json():
        return _sheet_page(release, mine, differences), 409
    panel = render_template("writing/_conflict.html", differences=differences, sentence=sentence)
    return {"version": release.version, "panel": panel}, 409


def _sheet_page(
    release: Release, sheet: ShortForm, differences: list[sheets.Difference] | None = None
) -> str:
    language = sheet.language.data or "en"
    status = status_of(release)
    return render_template(
        "writing/release.html",
        release=release,
        sheet=sheet,
        parts=PARTS[release.form],
        status=status,
        beside=_beside(release, status),
        differences=differences or [],
        faults=[typed for typed in sheets.fields_of(sheet) if typed.faults],
        direction=languages.direction(language),
        right_to_left=languages.RIGHT_TO_LEFT,
        language=language,
        blanks=sheets.blank_rows(),
        expected=EXPECTED[release.form],
        examples=EXAMPLES,
    )


def _wants_json() -> bool:
    return request.headers.get("Accept") == "application/json"
