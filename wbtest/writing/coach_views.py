"""What a team says to the coach: which findings stay and why, its own words, rules it mutes."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.forms import add_form_error
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import coach_settings, waivers
from wbtest.writing.coach import Finding, all_rules
from wbtest.writing.coach_report import RefusedReason, anchor_of
from wbtest.writing.forms import CoachSettingsForm
from wbtest.writing.models import Release, Waiver
from wbtest.writing.text_rules import with_plain_breaks
from wbtest.writing.views import bp, preview_page
from wbtest.writing.waivers import FindingKey

WAIVED = "Kept. Your reason is under Versions."


@bp.post("/releases/<int:release_id>/waive")
@access.requires("edit")
def waive(release_id: int) -> ResponseReturnValue:
    """Let a finding of the draft stay."""
    found = access.get(Release, release_id, "edit")
    key, reason = finding_and_reason(request.form)
    try:
        waivers.waive(
            found, key, reason, access.person(), is_approver=access.has_permission("approve")
        )
    except Invalid as refused:
        return preview_page(found, RefusedReason(key, reason, str(refused))), 422
    flash(WAIVED)
    anchor = anchor_of(found, key)
    return redirect(url_for(".preview", release_id=found.id, _anchor=anchor), 303)


@bp.post("/waivers/<int:waiver_id>/take-back")
@access.requires("edit")
def take_back(waiver_id: int) -> ResponseReturnValue:
    """Let a waived finding of the draft stand again."""
    found = access.get(Waiver, waiver_id, "edit")
    release_id = found.release_id
    waivers.take_back(found)
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
        muted = {rule.id for rule in coach_settings.mutable_rules()} - set(form.used.data or ())
        try:
            coach_settings.update_coach(
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
    kept = coach_settings.get_coach_settings()
    form = CoachSettingsForm(
        # An empty form would take every tick away.
        request.form or None,
        data={
            "jargon": "\n".join(kept.jargon),
            "allowed": "\n".join(kept.allowed),
            "used": [
                rule.id for rule in coach_settings.mutable_rules() if rule.id not in kept.muted
            ],
        },
    )
    form.used.choices = [
        (rule.id, f"{rule.id}: {rule.title}") for rule in coach_settings.mutable_rules()
    ]
    return form


def _coach_page(form: CoachSettingsForm) -> str:
    fixed = [rule for rule in all_rules() if rule not in coach_settings.mutable_rules()]
    return render_template("writing/coach.html", form=form, fixed=fixed)


def may_stay(finding: Finding) -> bool:
    """Whether the asking person may let a finding stay: what stops a text, only an approver may."""
    is_theirs = finding.severity == "warn" or access.has_permission("approve")
    return finding.severity != "note" and finding.is_waivable and is_theirs


def finding_and_reason(typed: Mapping[str, str]) -> tuple[FindingKey, str]:
    """Which finding shall stay, and why. Browsers send line breaks as two characters."""
    rule, part, words, reason = (
        with_plain_breaks(typed.get(name, "")) for name in ("rule", "part", "words", "reason")
    )
    return FindingKey(rule, part, words), reason
