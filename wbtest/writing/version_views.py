"""The versions of a release: the list, what changed between two, one in full, and restoring it."""

from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.team import access
from wbtest.writing.models import Release
from wbtest.writing.release_history import (
    DRAFT,
    RESTORABLE_PARTS,
    RevisionNotes,
    Timeline,
    Version,
    find_version,
    notes_of,
    pace_of,
    restore_version,
    timeline_of,
)
from wbtest.writing.text_diff import PartDiff, compare, label_of, summarise_changes
from wbtest.writing.views import bp


class Comparison(NamedTuple):
    """A version, what it was compared with, and how the two differ.

    Without ``old`` nothing was compared. ``notes`` are a revision's.
    """

    new: Version
    old: Version | None
    parts: tuple[PartDiff, ...]
    notes: RevisionNotes | None

    @property
    def changed(self) -> list[PartDiff]:
        """The parts that differ."""
        return [part for part in self.parts if part.is_changed]

    @property
    def same(self) -> list[PartDiff]:
        """The parts that both say alike."""
        return [part for part in self.parts if not part.is_changed]

    @property
    def summary(self) -> str:
        """What changed, in one line."""
        return summarise_changes(self.parts)

    @property
    def restorable(self) -> Version | None:
        """The version that can become the draft again: the older one where the draft is shown."""
        return self.old if self.new.name == DRAFT else self.new


@bp.get("/releases/<int:release_id>/versions")
@access.requires("read")
def versions(release_id: int) -> ResponseReturnValue:
    """Every version, and what the one called ``to`` says and changed since ``from``.

    ``before`` is where an older page of the list begins.
    """
    found = access.get(Release, release_id, "read")
    before = request.args.get("before", type=int)
    timeline = timeline_of(found, before)
    picked = _picked(found)
    return render_template(
        "writing/versions.html",
        release=found,
        timeline=timeline,
        pace=pace_of(found),
        before=before,
        label_of=label_of,
        picked=picked,
        choices=_choices(timeline, picked),
        restorable_parts=RESTORABLE_PARTS,
    )


@bp.post("/releases/<int:release_id>/restore")
@access.requires("edit")
def restore(release_id: int) -> ResponseReturnValue:
    """Make an old text, or the ``part`` of it that the address names, the newest draft."""
    found = access.get(Release, release_id, "edit")
    named = _named(found, request.form.get("text", ""))
    part = request.args.get("part", "")
    if part and part not in RESTORABLE_PARTS:
        abort(404)
    if restore_version(found, named.text, access.person(), part) is None:
        flash("The draft already says this.")
    elif part:
        flash(f"{label_of(part)} restored. The replaced text is under Versions.")
    else:
        flash("Version restored. The replaced text is under Versions.")
    return redirect(url_for(".release", release_id=found.id), 303)


def _named(release: Release, name: str) -> Version:
    return find_version(release, name) or abort(404)


def _picked(release: Release) -> Comparison | None:
    """What the address asks for; only ``from`` compares that version with the draft."""
    old_name, new_name = request.args.get("from", ""), request.args.get("to", "")
    if not (old_name or new_name):
        return None
    new = _named(release, new_name or DRAFT)
    old = _named(release, old_name) if old_name else None
    parts: tuple[PartDiff, ...] = ()
    if old is not None:
        forms = (old.text.form, new.text.form)
        parts = compare(old.text.document, new.text.document, forms)
    return Comparison(new, old, parts, notes_of(release, new.name))


def _choices(timeline: Timeline, picked: Comparison | None) -> dict[str, str]:
    """The versions that can be compared, name and label: those of the list and those shown."""
    choices = {DRAFT: "Draft"} | {entry.name: entry.label for entry in timeline.entries}
    if picked is not None:
        for shown in filter(None, (picked.old, picked.new)):
            choices.setdefault(shown.name, shown.label)
    return choices
