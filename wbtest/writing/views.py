"""The pages of a press release: editor, preview, waivers, versions; and the coach settings."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

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
from wbtest.forms import add_form_error, form_on
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.team.models import Person
from wbtest.writing import coach_report, editor_form, languages, saves, text_rules
from wbtest.writing.coach import RULES, Finding, unchecked
from wbtest.writing.document import (
    EXAMPLE_QUESTIONS,
    EXPECTED_TOPICS,
    PARTS,
    Document,
    Form,
    arrange_questions,
    from_json,
    still_open,
)
from wbtest.writing.forms import CoachSettingsForm, FullForm, ShortForm
from wbtest.writing.models import Release, Waiver
from wbtest.writing.release_formats import FORMATS, adapt
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
from wbtest.writing.releases import (
    ChangedMeanwhile,
    DraftStatus,
    TooMuchTogether,
    copy_release,
    find_newest_revision,
    save_and_freeze,
    save_and_grow,
    save_release,
    status_of,
)
from wbtest.writing.text_diff import PartDiff, compare, label_of, summarise_changes

bp = Blueprint("writing", __name__)


@bp.get("/releases/<int:release_id>")
@access.requires("read")
def release(release_id: int) -> ResponseReturnValue:
    """The sheet on which the release is written; who may not write reads it instead."""
    found = access.get(Release, release_id, "read")
    if not access.has_permission("edit"):
        return redirect(url_for(".preview", release_id=found.id), 303)
    document = from_json(found.document)
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
        adapted=adapt(from_json(found.document), name),
    )


def preview_page(release: Release, refused: coach_report.RefusedReason | None = None) -> str:
    """The draft as printed, with what the coach says and a reason that could not be kept."""
    document = from_json(release.document)
    groups = coach_report.coach_text(release)
    return render_template(
        "writing/preview.html",
        release=release,
        formats=FORMATS,
        name="",
        document=document,
        findings=groups,
        marks=coach_report.marks_of(groups),
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
        document=from_json(release.document),
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
    flash("This is a separate draft. Approvals and comments stayed with the original.")
    return redirect(url_for(".release", release_id=copied.id), 303)


Fields = dict[str, Any]


@bp.route("/releases/<int:release_id>/save", methods=["GET", "POST"])
@access.requires("edit")
@form_on(".release")
def save(release_id: int) -> ResponseReturnValue:
    """Store what was typed, after one of the sheet's buttons has moved the questions."""
    found = access.get(Release, release_id, "edit")
    command, person = request.form.get("do", ""), access.person()
    typed: list[tuple[Document, int]] = []

    def store(document: Document, version: int) -> object:
        typed.append((document, version))
        return save_release(found, arrange_questions(document, command), version, person)

    refused = _with_typed(found, store)
    if refused is not None:
        return refused
    if _wants_json():
        status = status_of(found)
        others = _from_others(found, *typed[0], person)
        return status.as_json() | {"findings": beside(found, status)} | others
    side = command.split(":")[1] if ":" in command else None
    return redirect(url_for(".release", release_id=found.id, _anchor=side), 303)


@bp.route("/releases/<int:release_id>/grow", methods=["GET", "POST"])
@access.requires("edit")
@form_on(".release")
def grow(release_id: int) -> ResponseReturnValue:
    """Save what was typed and turn the short form into the full one."""
    found = access.get(Release, release_id, "edit")
    person = access.person()
    refused = _with_typed(
        found, lambda document, version: save_and_grow(found, document, version, person)
    )
    if refused is not None:
        return refused
    flash("All parts added. Your text hasn’t changed.")
    return redirect(url_for(".release", release_id=found.id), 303)


@bp.route("/releases/<int:release_id>/freeze", methods=["GET", "POST"])
@access.requires("edit")
@form_on(".release")
def freeze(release_id: int) -> ResponseReturnValue:
    """Save what was typed and create the next revision from it."""
    found = access.get(Release, release_id, "edit")
    author, before = access.person(), find_newest_revision(found)
    refused = _with_typed(
        found,
        lambda document, version: save_and_freeze(found, document, version, author),
    )
    if refused is not None:
        return refused
    newest = find_newest_revision(found)
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
    base = from_json(release.document)
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
    status = status_of(release)._replace(findings=coach_report.coach_unsaved(release, changed.mine))
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
    stored = from_json(release.document)
    if stored == typed:
        return {}
    names = sorted({by.name for by in saves.saved_since(release, version) if by.id != person.id})
    fields = _fields(editor_form.sheet_of(stored, release.form, release.version))
    return fields | {"others": names}


def _fields(sheet: ShortForm) -> Fields:
    """Every field of a sheet as text, for the script that fills another one with it."""
    return {"fields": {typed.name: typed.text for typed in editor_form.fields_of(sheet)}}


def _wants_json() -> bool:
    return request.headers.get("Accept") == "application/json"


WAIVED = "Kept. Your reason is under Versions."


@bp.route("/releases/<int:release_id>/waive", methods=["GET", "POST"])
@access.requires("edit")
@form_on(".preview")
def waive(release_id: int) -> ResponseReturnValue:
    """Let a finding of the draft stay."""
    found = access.get(Release, release_id, "edit")
    key, reason = finding_and_reason(request.form)
    try:
        coach_report.waive(
            found, key, reason, access.person(), is_approver=access.has_permission("approve")
        )
    except Invalid as refused:
        return preview_page(found, coach_report.RefusedReason(key, reason, str(refused))), 422
    flash(WAIVED)
    anchor = coach_report.anchor_of(found, key)
    return redirect(url_for(".preview", release_id=found.id, _anchor=anchor), 303)


@bp.post("/waivers/<int:waiver_id>/take-back")
@access.requires("edit")
def take_back(waiver_id: int) -> ResponseReturnValue:
    """Let a waived finding of the draft stand again."""
    found = access.get(Waiver, waiver_id, "edit")
    release_id = found.release_id
    coach_report.take_back(found)
    flash("Undone.")
    return redirect(url_for(".preview", release_id=release_id, _anchor="coach"), 303)


@bp.get("/settings/coach")
@access.requires("read")
def coach() -> ResponseReturnValue:
    """What the coach looks for."""
    return _coach_page(_settings_form())


@bp.post("/settings/coach")
@access.requires("own")
def change_coach() -> ResponseReturnValue:
    """Change what the coach looks for."""
    form = _settings_form()
    if form.validate():
        muted = {rule.id for rule in coach_report.mutable_rules()} - set(form.used.data or ())
        try:
            coach_report.update_coach(
                jargon=form.jargon.data or "",
                allowed=form.allowed.data or "",
                muted=muted,
            )
        except Invalid as refused:
            add_form_error(form, refused)
        else:
            flash("Coach settings saved.")
            return redirect(url_for(".coach"), 303)
    return _coach_page(form), 422 if form.errors else 200


def _settings_form() -> CoachSettingsForm:
    kept = coach_report.get_coach_settings()
    form = CoachSettingsForm(
        # An empty form would take every tick away.
        request.form or None,
        data={
            "jargon": "\n".join(kept.jargon),
            "allowed": "\n".join(kept.allowed),
            "used": [rule.id for rule in coach_report.mutable_rules() if rule.id not in kept.muted],
        },
    )
    form.used.choices = [
        (rule.id, f"{rule.id}: {rule.title}") for rule in coach_report.mutable_rules()
    ]
    return form


def _coach_page(form: CoachSettingsForm) -> str:
    fixed = [rule for rule in RULES if rule not in coach_report.mutable_rules()]
    return render_template("writing/coach.html", form=form, fixed=fixed)


def may_stay(finding: Finding) -> bool:
    """Whether the asking person may let a finding stay: what stops a text, only an approver may."""
    is_theirs = finding.severity == "warn" or access.has_permission("approve")
    return finding.severity != "note" and finding.is_waivable and is_theirs


def finding_and_reason(typed: Mapping[str, str]) -> tuple[coach_report.FindingKey, str]:
    """Which finding shall stay, and why. Browsers send line breaks as two characters."""
    rule, part, words, reason = (
        text_rules.with_plain_breaks(typed.get(name, ""))
        for name in ("rule", "part", "words", "reason")
    )
    return coach_report.FindingKey(rule, part, words), reason


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
