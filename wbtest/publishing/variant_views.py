"""The page of a variant: its words until the start, and corrections of mistakes after it."""

from collections.abc import Iterable, Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from wbtest.forms import TypedForm, add_form_error, submitted
from wbtest.publishing import correction_requests, display, forms
from wbtest.publishing.corrections import OF_ALL, OF_VARIANTS, Place, label_of, page_of
from wbtest.publishing.experiments import (
    CONTROL,
    change_variant,
    find_variant,
    remove_variant,
    variant_parts,
)
from wbtest.publishing.lifecycle import LONGEST_WHY, AlreadyDone, ChangedMeanwhile
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.views import bp, hint_at_twin, offer_pictures
from wbtest.review.approvers import able_to_sign
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.text_diff import diff_words


@bp.route("/experiments/<int:experiment_id>/variants/<key>", methods=["GET", "POST"])
@access.requires("edit")
def variant(experiment_id: int, key: str) -> ResponseReturnValue:
    """Change what a variant says; after the start, correct a mistake in it."""
    experiment = access.get(Experiment, experiment_id, "edit")
    found = find_variant(experiment, key)
    if found is None:
        abort(404)
    return _change(experiment, found) if experiment.state == "draft" else _correct(found)


@bp.post("/experiments/<int:experiment_id>/variants/<key>/delete")
@access.requires("edit")
def delete_variant(experiment_id: int, key: str) -> ResponseReturnValue:
    """Take a variant out of a draft; one that is gone already is gone."""
    experiment = access.get(Experiment, experiment_id, "edit")
    variant = find_variant(experiment, key)
    if variant is not None:
        remove_variant(variant)
    return _back(experiment)


def _change(experiment: Experiment, variant: Variant) -> ResponseReturnValue:
    parts = display.parts_of(experiment)
    keys = [part for part, _ in parts]
    form = forms.VariantForm(data=forms.values_of_variant(variant, keys))
    offer_pictures(form, variant.overrides.get("hero"))
    read = request.form.get("read", "")
    if submitted(
        form, lambda: change_variant(variant, access.person(), read=read, **form.values(keys))
    ):
        hint_at_twin(variant)
        return _back(experiment)
    page = render_template(
        "publishing/variant.html",
        form=form,
        experiment=experiment,
        variant=variant,
        parts=parts,
        approved=page_of(experiment),
        read=forms.read_of(form, *variant_parts(variant)),
    )
    return page, 422 if form.errors else 200


def _correct(variant: Variant) -> ResponseReturnValue:
    """Every text of the variant to correct; what was typed is shown once before it is done."""
    experiment = variant.experiment
    correction_requests.demand_open(experiment)
    texts = _texts(variant)
    form = _correction_form(texts)
    if correction_requests.waiting(experiment) or not form.validate_on_submit():
        return _correction_page(variant, form, texts)
    typed = {place.name: form[place.name].data or "" for place in texts}
    try:
        if "confirm" not in request.form:
            changed = correction_requests.changes_of(experiment, typed)
            return _correction_page(variant, form, texts, changed)
        return _submit_corrections(variant, form, typed)
    except correction_requests.NotCorrections as error:
        for name, sentence in error.faults.items():
            add_form_error(form, Invalid(name, sentence))
    except Invalid as error:
        add_form_error(form, error)
    return _correction_page(variant, form, texts)


@bp.post("/experiments/<int:experiment_id>/correct/approve")
@access.requires("approve")
def approve_correction(experiment_id: int) -> ResponseReturnValue:
    """Put what waits on the page."""
    experiment = access.get(Experiment, experiment_id, "approve")
    try:
        read = request.form.get("read", "")
        correction_requests.approve_corrections(experiment, access.person(), read)
        flash("Page corrected.")
    except (AlreadyDone, ChangedMeanwhile) as error:
        flash(str(error))
        return redirect(url_for(".variant", experiment_id=experiment.id, key=CONTROL), 303)
    return _back(experiment)


@bp.post("/experiments/<int:experiment_id>/correct/withdraw")
@access.requires("edit")
def withdraw_correction(experiment_id: int) -> ResponseReturnValue:
    """Take back what waits."""
    experiment = access.get(Experiment, experiment_id, "edit")
    try:
        read = request.form.get("read", "")
        correction_requests.withdraw_corrections(experiment, access.person(), read)
        flash("Correction cancelled.")
    except (AlreadyDone, ChangedMeanwhile) as error:
        flash(str(error))
    return _back(experiment)


def _submit_corrections(
    variant: Variant, form: TypedForm, typed: Mapping[str, str]
) -> ResponseReturnValue:
    experiment = variant.experiment
    try:
        is_done = correction_requests.submit_corrections(
            experiment,
            access.person(),
            typed,
            why=form["why"].data or "",
            read=request.form.get("read", ""),
        )
        flash("Page corrected." if is_done else "Correction sent for approval.")
    except ChangedMeanwhile as error:
        # What was typed stays in the form, beside what the page says by now.
        form.form_errors.append(str(error))
        return _correction_page(variant, form, _texts(variant))
    except AlreadyDone as error:
        flash(str(error))
        return redirect(url_for(".variant", experiment_id=experiment.id, key=variant.key), 303)
    return _back(experiment)


def _texts(variant: Variant) -> dict[Place, str]:
    """The texts of the variant that may be corrected: those of all variants, and its own."""
    texts = correction_requests.present_texts(variant.experiment)
    return {place: text for place, text in texts.items() if place.variant in ("", variant.key)}


def _correction_form(texts: Mapping[Place, str]) -> TypedForm:
    """The form with a field for each text of this page."""

    class CorrectionForm(TypedForm):
        """The texts by the names of their places, and the reason."""

        why = StringField("Why")

    for place in texts:
        setattr(CorrectionForm, place.name, TextAreaField(label_of(place.field)))
    return CorrectionForm(data={place.name: text for place, text in texts.items()})


def _correction_page(
    variant: Variant,
    form: TypedForm,
    texts: Mapping[Place, str],
    changed: Mapping[Place, str] | None = None,
) -> ResponseReturnValue:
    experiment, person = variant.experiment, access.person()
    found = correction_requests.waiting(experiment)
    names = correction_requests.names_of(experiment)
    groups = _grouped(texts, names)
    page = render_template(
        "publishing/variant.html",
        experiment=experiment,
        variant=variant,
        form=form,
        groups=groups.items(),
        wrong={
            title
            for title, places in groups.items()
            if any(form[each.name].errors for each in places)
        },
        changed=[
            (_title(place, names), diff_words(texts[place], after), place.name, after)
            for place, after in (changed or {}).items()
        ],
        waiting=[
            (_title(Place(c.variant, c.field), names), diff_words(c.before, c.after)) for c in found
        ],
        by=found[0] if found else None,
        objection=correction_requests.find_objection(experiment, person) if found else "",
        read=correction_requests.digest_of_waiting(experiment)
        if found
        else correction_requests.digest_of(correction_requests.present_texts(experiment)),
        is_alone=person in able_to_sign({person.id}),
        language=experiment.revision.document.get("language") or "en",
        longest_why=LONGEST_WHY,
    )
    return page, 422 if form.errors else 200


def _grouped(texts: Iterable[Place], names: Mapping[str, str]) -> dict[str, list[Place]]:
    """The texts that may be corrected, by where visitors meet them: those of all variants first."""
    groups: dict[str, list[Place]] = {}
    for place in texts:
        if place.variant:
            title = f"Only in “{names.get(place.variant, place.variant)}”"
        elif place.field in OF_VARIANTS:
            title = "Headline and button"
        else:
            title = "Story" if place.field in OF_ALL else "Questions"
        groups.setdefault(title, []).append(place)
    return groups


def _title(place: Place, names: Mapping[str, str]) -> str:
    """The name of a text, with the variant whose own it is."""
    label = label_of(place.field)
    return f"{label} of “{names.get(place.variant, place.variant)}”" if place.variant else label


def _back(experiment: Experiment) -> ResponseReturnValue:
    return redirect(
        url_for("ideas.experiment", experiment_id=experiment.id, _anchor="variants"), 303
    )
