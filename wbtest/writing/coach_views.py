"""What a team says to the coach: which findings stay and why, its own words, rules it mutes."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import house, waivers
from wbtest.writing.coach import RULES
from wbtest.writing.forms import HouseForm
from wbtest.writing.models import Release, Revision, Waiver
from wbtest.writing.releases import find_revision
from wbtest.writing.views import bp


@bp.post("/releases/<int:release_id>/waive")
@access.requires("edit")
def waive(release_id: int) -> ResponseReturnValue:
    """Let a finding of the draft stay."""
    found = access.get(Release, release_id, "edit")
    _waive(found)
    return redirect(url_for(".preview", release_id=found.id, _anchor="coach"), 303)


@bp.post("/releases/<int:release_id>/revisions/<int:number>/waive")
@access.requires("approve")
def waive_in_revision(release_id: int, number: int) -> ResponseReturnValue:
    """Let a finding of a frozen text stay, as its approver."""
    found = find_revision(access.get(Release, release_id, "approve"), number)
    if found is None:
        abort(404)
    _waive(found)
    back = url_for("review.revision", release_id=release_id, number=number, _anchor="coach")
    return redirect(back, 303)


@bp.post("/waivers/<int:waiver_id>/take-back")
@access.requires("edit")
def take_back(waiver_id: int) -> ResponseReturnValue:
    """Let a waived finding of the draft stand again."""
    found = access.get(Waiver, waiver_id, "edit")
    release_id = found.release_id
    waivers.take_back(found)
    flash("The finding stands again.")
    return redirect(url_for(".preview", release_id=release_id, _anchor="coach"), 303)


@bp.route("/coach", methods=["GET", "POST"])
@access.requires("read")
def coach() -> ResponseReturnValue:
    """What the coach looks for in this workspace; an owner changes it."""
    workspace = access.workspace("own" if request.method == "POST" else "read")
    kept = house.house_of(workspace.id)
    form = HouseForm(
        # An empty form would take every tick away.
        request.form or None,
        data={
            "jargon": "\n".join(kept.jargon),
            "allowed": "\n".join(kept.allowed),
            "used": [rule.id for rule in house.MUTABLE if rule.id not in kept.muted],
        },
    )
    form.used.choices = [(rule.id, f"{rule.id}: {rule.title}") for rule in house.MUTABLE]
    if request.method == "POST" and form.validate():
        muted = {rule.id for rule in house.MUTABLE} - set(form.used.data or ())
        try:
            house.furnish(
                workspace,
                jargon=form.jargon.data or "",
                allowed=form.allowed.data or "",
                muted=muted,
            )
        except Invalid as refused:
            form[refused.field].errors = [str(refused)]
        else:
            flash("The coach knows. It reads every draft so from now on.")
            return redirect(url_for(".coach"), 303)
    fixed = [rule for rule in RULES if rule not in house.MUTABLE]
    page = render_template("writing/coach.html", form=form, fixed=fixed)
    return page, 422 if form.errors else 200


def _waive(text: Release | Revision) -> None:
    names = ("rule", "part", "words")
    key = waivers.Key(*(request.form.get(name, "") for name in names))
    reason = request.form.get("reason", "")
    is_approver = access.has_permission("approve")
    try:
        waivers.waive(text, key, reason, access.person(), is_approver=is_approver)
    except Invalid as refused:
        flash(str(refused))
    else:
        flash("Waived. The reason stays in the history of this release.")
