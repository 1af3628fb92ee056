"""The team's pages about a new phase: other weights, and variants that were written anew."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.publishing.experiments import find_variant
from wbtest.publishing.forms import VariantForm, put_at_field, values_of_variant
from wbtest.publishing.launch.readiness import find_objection
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.rule import MOST_VARIANTS
from wbtest.publishing.running import phases
from wbtest.publishing.running.after_forms import PhaseForm
from wbtest.publishing.running.life_views import where_proof_is
from wbtest.publishing.running.stages import unopened
from wbtest.publishing.shown import parts_of, shown_variants
from wbtest.publishing.variant_views import offer_pictures, variant_page
from wbtest.publishing.views import bp
from wbtest.store import Invalid
from wbtest.team import access

WRONG = -1


@bp.route("/experiments/<int:experiment_id>/phase", methods=["GET", "POST"])
@access.requires("approve")
def phase(experiment_id: int) -> ResponseReturnValue:
    """Open a new phase, with its weights and the reason."""
    experiment = access.get(Experiment, experiment_id, "approve")
    _demand_running(experiment)
    form = PhaseForm()
    faults: dict[str, str] = {}
    if form.validate_on_submit():
        try:
            opened = phases.open_phase(
                experiment,
                access.person(),
                {each.key: _weight(each) for each in experiment.variants},
                form.why.data or "",
                request.form.get("read", ""),
            )
        except Invalid as error:
            if error.field in form:
                put_at_field(form, error)
            else:
                faults[error.field] = str(error)
        else:
            proof = f"The proof of what was fixed {where_proof_is()}."
            flash(f"Phase {opened.number} has begun. {proof}")
            return redirect(url_for(".experiment", experiment_id=experiment.id), 303)
    new = unopened(experiment)
    page = render_template(
        "publishing/phase.html",
        form=form,
        experiment=experiment,
        variants=shown_variants(experiment),
        typed=request.form,
        faults=faults,
        read=phases.words_digest(experiment),
        objection=find_objection(experiment, access.person(), new, doing="opens the phase"),
        is_full=len(experiment.variants) >= MOST_VARIANTS,
    )
    return page, 422 if form.errors or faults else 200


@bp.route("/experiments/<int:experiment_id>/phase/variants/new", methods=["GET", "POST"])
@access.requires("edit")
def new_phase_variant(experiment_id: int) -> ResponseReturnValue:
    """Write a variant that waits for a new phase."""
    experiment = access.get(Experiment, experiment_id, "edit")
    _demand_running(experiment)

    def write(**words: Any) -> Variant:
        return phases.write_variant(experiment, access.person(), **words)

    return _variant_form(experiment, write, "new_phase_variant")


@bp.route("/experiments/<int:experiment_id>/phase/variants/<key>", methods=["GET", "POST"])
@access.requires("edit")
def phase_variant(experiment_id: int, key: str) -> ResponseReturnValue:
    """Change a variant that waits for a new phase."""
    experiment, variant = _get_unopened(experiment_id, key)

    def rewrite(**words: Any) -> Variant:
        read = request.form.get("read", "")
        return phases.rewrite_variant(variant, access.person(), read=read, **words)

    return _variant_form(experiment, rewrite, "phase_variant", variant)


@bp.post("/experiments/<int:experiment_id>/phase/variants/<key>/delete")
@access.requires("edit")
def delete_phase_variant(experiment_id: int, key: str) -> ResponseReturnValue:
    """Take a variant away that waits for a new phase."""
    experiment, variant = _get_unopened(experiment_id, key)
    phases.drop_variant(variant)
    return _back(experiment)


def _variant_form(
    experiment: Experiment,
    verb: Callable[..., Variant],
    name: str,
    variant: Variant | None = None,
) -> ResponseReturnValue:
    parts = parts_of(experiment)
    keys = [part for part, _ in parts]
    values = values_of_variant(variant, keys) if variant else {"order": keys}
    form = VariantForm(data=values)
    # It is given when the phase is opened.
    del form.weight
    offer_pictures(form, experiment, variant.overrides.get("hero") if variant else None)
    if form.validate_on_submit():
        try:
            verb(name=form.name.data, overrides=form.overrides(keys))
        except Invalid as error:
            put_at_field(form, error)
        else:
            return _back(experiment)
    return variant_page(name, form, experiment, parts, variant)


def _weight(variant: Variant) -> int:
    """What was typed for a variant; nothing is nobody, and what is no number is none of use."""
    typed = request.form.get(f"weight-{variant.key}", "").strip()
    if not typed:
        return 0
    is_whole = typed.isascii() and typed.isdigit() and len(typed) <= len("1000")
    return int(typed) if is_whole else WRONG


def _get_unopened(experiment_id: int, key: str) -> tuple[Experiment, Variant]:
    experiment = access.get(Experiment, experiment_id, "edit")
    variant = find_variant(experiment, key)
    if variant is None or variant not in unopened(experiment):
        abort(404)
    return experiment, variant


def _demand_running(experiment: Experiment) -> None:
    if experiment.state not in ("running", "paused"):
        raise phases.NotRunning("A new phase needs a test that runs. This one does not.")


def _back(experiment: Experiment) -> ResponseReturnValue:
    where = ".phase" if access.has_permission("approve") else ".experiment"
    return redirect(url_for(where, experiment_id=experiment.id), 303)
