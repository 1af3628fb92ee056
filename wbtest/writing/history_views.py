"""A release's history: the timeline, two texts compared, an old text, and its return."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.team import access
from wbtest.writing import changes, versions
from wbtest.writing import release_history as history
from wbtest.writing.changes import summarise_changes
from wbtest.writing.models import Release
from wbtest.writing.saves import Text
from wbtest.writing.versions import DRAFT, Version
from wbtest.writing.views import bp


@bp.get("/releases/<int:release_id>/history", endpoint="history")
@access.requires("read")
def show_history(release_id: int) -> ResponseReturnValue:
    """Revisions and edit sessions, the newest first; ``before`` is where an older page begins."""
    found = access.get(Release, release_id, "read")
    before = request.args.get("before", type=int)
    return render_template(
        "writing/history.html",
        release=found,
        timeline=history.timeline_of(found, before),
        pace=history.pace_of(found),
        is_first_page=before is None,
        label_of=changes.label_of,
    )


@bp.get("/releases/<int:release_id>/compare")
@access.requires("read")
def compare(release_id: int) -> ResponseReturnValue:
    """What differs between two texts of a release: ``from`` and ``to`` name them."""
    found = access.get(Release, release_id, "read")
    revisions = history.revisions_of(found)
    first = f"r{revisions[0].number}" if revisions else DRAFT
    old, new = (
        _named(found, request.args.get(name) or default)
        for name, default in (("from", first), ("to", DRAFT))
    )
    parts = _compared(old.text, new.text)
    choices = [_named(found, DRAFT), *map(versions.revision_version, revisions)]
    choices += [named for named in (old, new) if named not in choices]
    return render_template(
        "writing/compare.html",
        release=found,
        old=old,
        new=new,
        choices=choices,
        changed=[part for part in parts if part.is_changed],
        same=[part for part in parts if not part.is_changed],
        summary=summarise_changes(parts),
        can_restore=new.name == DRAFT != old.name and access.has_permission("edit"),
        restorable=versions.RESTORABLE_PARTS,
    )


@bp.get("/releases/<int:release_id>/saves/<int:version>")
@access.requires("read")
def saved(release_id: int, version: int) -> ResponseReturnValue:
    """The draft as it was after one save, and the way to the saves around it."""
    found = access.get(Release, release_id, "read")
    texts = versions.find_texts(found, (version - 1, version))
    if version not in texts:
        abort(404)
    before = texts.get(version - 1)
    return render_template(
        "writing/saved.html",
        release=found,
        version=version,
        text=texts[version],
        save=versions.find_save(found, version),
        has_before=before is not None,
        summary=summarise_changes(_compared(before, texts[version])) if before else "",
    )


@bp.post("/releases/<int:release_id>/restore")
@access.requires("edit")
def restore(release_id: int) -> ResponseReturnValue:
    """Make an old text, or the ``part`` of it that the address names, the newest draft."""
    found = access.get(Release, release_id, "edit")
    named = _named(found, request.form.get("text", ""))
    part = request.args.get("part", "")
    if part and part not in versions.RESTORABLE_PARTS:
        abort(404)
    if versions.restore_version(found, named.text, access.person(), part) is None:
        flash("The draft says this already.")
    elif part:
        flash(f"{changes.label_of(part)}: taken back. What stood there is kept in the history.")
    else:
        flash("The old text is the draft again. What it said until now is kept in the history.")
    return redirect(url_for(".release", release_id=found.id), 303)


def _named(release: Release, name: str) -> Version:
    return versions.find_version(release, name) or abort(404)


def _compared(old: Text, new: Text) -> tuple[changes.PartDiff, ...]:
    return changes.compare(old.document, new.document, (old.form, new.form))
