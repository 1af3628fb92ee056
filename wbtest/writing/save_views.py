"""What was typed on the sheet is stored beside what others stored, or comes back with a reason."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.team import access
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing import editor_form, releases
from wbtest.writing.coach_report import coach_unsaved
from wbtest.writing.document import Document, Form
from wbtest.writing.draft_status import status_of
from wbtest.writing.faq import arrange_questions
from wbtest.writing.forms import ShortForm
from wbtest.writing.models import Release
from wbtest.writing.releases import ChangedMeanwhile, TooMuchTogether
from wbtest.writing.saves import saved_since
from wbtest.writing.views import beside, bp, sheet_page

Fields = dict[str, Any]


@bp.post("/releases/<int:release_id>/save")
@access.requires("edit")
def save(release_id: int) -> ResponseReturnValue:
    """Store what was typed, after one of the sheet's buttons has moved the questions."""
    found = access.get(Release, release_id, "edit")
    command, person = request.form.get("do", ""), access.person()
    typed: list[tuple[Document, int]] = []

    def store(document: Document, version: int) -> object:
        typed.append((document, version))
        return releases.save_release(found, arrange_questions(document, command), version, person)

    refused = _with_typed(found, store)
    if refused is not None:
        return refused
    if _wants_json():
        status = status_of(found)
        others = _from_others(found, *typed[0], person)
        return status.as_json() | {"findings": beside(found, status)} | others
    side = command.split(":")[1] if ":" in command else None
    return redirect(url_for(".release", release_id=found.id, _anchor=side), 303)


@bp.post("/releases/<int:release_id>/grow")
@access.requires("edit")
def grow(release_id: int) -> ResponseReturnValue:
    """Save what was typed and turn the short form into the full one."""
    found = access.get(Release, release_id, "edit")
    person = access.person()
    refused = _with_typed(
        found, lambda document, version: releases.save_and_grow(found, document, version, person)
    )
    if refused is not None:
        return refused
    flash("All parts added. Your text hasn’t changed.")
    return redirect(url_for(".release", release_id=found.id), 303)


@bp.post("/releases/<int:release_id>/freeze")
@access.requires("edit")
def freeze(release_id: int) -> ResponseReturnValue:
    """Save what was typed and create the next revision from it."""
    found = access.get(Release, release_id, "edit")
    author, before = access.person(), releases.find_newest_revision(found)
    refused = _with_typed(
        found,
        lambda document, version: releases.save_and_freeze(found, document, version, author),
    )
    if refused is not None:
        return refused
    newest = releases.find_newest_revision(found)
    number = newest.number if newest else 0
    if newest is not before:
        flash(f"Revision {number} created.")
    return redirect(url_for("review.revision", release_id=found.id, number=number), 303)


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
    sheet = editor_form.sheet_of(base, shape, release.version, request.form if has_text else None)
    if has_text and not sheet.validate():
        return _not_kept(release, sheet)
    try:
        act(editor_form.document_of(sheet, base), sheet.version.data or 0)
    except ChangedMeanwhile as changed:
        return _both_texts(release, changed)
    except TooMuchTogether as refused:
        sheet.form_errors.append(str(refused))
        return _not_kept(release, sheet)
    return None


def _not_kept(release: Release, sheet: ShortForm) -> ResponseReturnValue:
    """Say at each field what cannot be kept; what was typed stays."""
    if not _wants_json():
        return sheet_page(release, sheet), 422
    faults = [
        {"name": typed.name, "label": typed.label, "sentence": " ".join(typed.faults)}
        for typed in editor_form.fields_of(sheet)
        if typed.faults
    ]
    return {"faults": faults, "sentence": " ".join(sheet.form_errors)}, 422


def _both_texts(release: Release, changed: ChangedMeanwhile) -> ResponseReturnValue:
    """Show my words beside theirs; saving once more keeps what the sheet holds then."""
    mine, theirs = (
        editor_form.sheet_of(text, release.form, changed.version)
        for text in (changed.mine, changed.theirs)
    )
    differences = editor_form.sheet_differences(mine, theirs)
    # The sheet holds my words, so the coach speaks of these.
    status = status_of(release)._replace(findings=coach_unsaved(release, changed.mine))
    if not _wants_json():
        return sheet_page(release, mine, differences, status), 409
    panel = render_template(
        "writing/_conflict.html", differences=differences, sentence=str(changed)
    )
    coached = {"open": status.open, "findings": beside(release, status)}
    return {"version": changed.version, "panel": panel} | coached | _fields(mine), 409


def _from_others(release: Release, typed: Document, version: int, person: Person) -> Fields:
    """What a sheet must take over that was saved by others while it was typed on."""
    # The versions do not tell: a text that changes nothing makes none, however old it is.
    stored = documents.from_json(release.document)
    if stored == typed:
        return {}
    names = sorted({by.name for by in saved_since(release, version) if by.id != person.id})
    fields = _fields(editor_form.sheet_of(stored, release.form, release.version))
    return fields | {"others": names}


def _fields(sheet: ShortForm) -> Fields:
    """Every field of a sheet as text, for the script that fills another one with it."""
    return {"fields": {typed.name: typed.text for typed in editor_form.fields_of(sheet)}}


def _wants_json() -> bool:
    return request.headers.get("Accept") == "application/json"
