"""The team's pages about the variants of a draft: add, change, remove."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.publishing.assembling import page_of
from wbtest.publishing.experiments import (
    Frozen,
    add_variant,
    change_variant,
    find_variant,
    remove_variant,
)
from wbtest.publishing.forms import VariantForm, put_at_field, read_of, values_of_variant
from wbtest.publishing.looks.forms import picture_choices
from wbtest.publishing.looks.views import offered
from wbtest.publishing.meanwhile import variant_parts
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.shown import parts_of, preview_url
from wbtest.publishing.views import bp
from wbtest.store import Invalid
from wbtest.team import access


@bp.route("/experiments/<int:experiment_id>/variants/new", methods=["GET", "POST"])
@access.requires("edit")
def new_variant(experiment_id: int) -> ResponseReturnValue:
    """Add a variant to a draft."""
    experiment = access.get(Experiment, experiment_id, "edit")
    _demand_draft(experiment)
    parts = parts_of(experiment)
    keys = [part for part, _ in parts]
    form = VariantForm(data={"weight": 1, "order": keys})
    offer_pictures(form)
    if form.validate_on_submit():
        try:
            added = add_variant(experiment, access.person(), **form.values(keys))
        except Invalid as error:
            put_at_field(form, error)
        else:
            _hint_at_twin(added)
            return _back(experiment)
    return variant_page("new_variant", form, experiment, parts)


@bp.route("/experiments/<int:experiment_id>/variants/<key>", methods=["GET", "POST"])
@access.requires("edit")
def variant(experiment_id: int, key: str) -> ResponseReturnValue:
    """Change a variant of a draft."""
    experiment, variant = _get_variant(experiment_id, key)
    _demand_draft(experiment)
    parts = parts_of(experiment)
    keys = [part for part, _ in parts]
    form = VariantForm(data=values_of_variant(variant, keys))
    offer_pictures(form, variant.overrides.get("hero"))
    if form.validate_on_submit():
        try:
            read = request.form.get("read", "")
            change_variant(variant, access.person(), read=read, **form.values(keys))
        except Invalid as error:
            put_at_field(form, error)
        else:
            _hint_at_twin(variant)
            return _back(experiment)
    return variant_page("variant", form, experiment, parts, variant)


@bp.post("/experiments/<int:experiment_id>/variants/<key>/delete")
@access.requires("edit")
def delete_variant(experiment_id: int, key: str) -> ResponseReturnValue:
    """Take a variant out of a draft; one that is gone already is gone."""
    experiment = access.get(Experiment, experiment_id, "edit")
    variant = find_variant(experiment, key)
    if variant is not None:
        remove_variant(variant)
    return _back(experiment)


def _get_variant(experiment_id: int, key: str) -> tuple[Experiment, Variant]:
    experiment = access.get(Experiment, experiment_id, "edit")
    variant = find_variant(experiment, key)
    if variant is None:
        abort(404)
    return experiment, variant


def offer_pictures(form: VariantForm, present: str | None = None) -> None:
    """Let the variant show one of the team's pictures instead of the page's, or none."""
    form.hero.choices = picture_choices(offered(present))


def _hint_at_twin(variant: Variant) -> None:
    """Say of a variant that it is the control once more: as such it tells nothing."""
    if variant.position and not variant.overrides:
        flash("Nothing differs from the control yet.")


def _demand_draft(experiment: Experiment) -> None:
    if experiment.state != "draft":
        raise Frozen("This experiment was started, and its variants are sealed.")


def _back(experiment: Experiment) -> ResponseReturnValue:
    return redirect(
        url_for("ideas.experiment", experiment_id=experiment.id, _anchor="variants"), 303
    )


def variant_page(
    name: str,
    form: VariantForm,
    experiment: Experiment,
    parts: list[tuple[str, str]],
    variant: Variant | None = None,
) -> ResponseReturnValue:
    """Return the page with the form of a variant, new or there already."""
    page = render_template(
        f"publishing/{name}.html",
        form=form,
        experiment=experiment,
        variant=variant,
        parts=parts,
        approved=page_of(experiment),
        preview_url=preview_url(experiment, variant.key) if variant else "",
        read=read_of(form, *variant_parts(variant)) if variant else "",
    )
    return page, 422 if form.errors else 200


# The blueprint with these views on it.
__all__ = ["bp"]
