"""The page on which a mistake in the words of a running page is corrected."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from wbtest.publishing.corrections import Place, label_of
from wbtest.publishing.forms import put_at_field
from wbtest.publishing.models import Experiment
from wbtest.publishing.running import correcting
from wbtest.publishing.running.correcting import NotCorrections
from wbtest.publishing.running.life import LONGEST_WHY, AlreadyDone, ChangedMeanwhile
from wbtest.publishing.views import bp
from wbtest.review.approvers import able_to_sign
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.typed import TypedForm
from wbtest.writing.text_diff import diff_words


@bp.route("/experiments/<int:experiment_id>/correct", methods=["GET", "POST"])
@access.requires("edit")
def correct(experiment_id: int) -> ResponseReturnValue:
    """Every text of the page to correct; what was typed is shown once before it is done."""
    experiment = access.get(Experiment, experiment_id, "edit")
    correcting.demand_open(experiment)
    texts = correcting.present_texts(experiment)
    form = _form(texts)
    if correcting.waiting(experiment) or not form.validate_on_submit():
        return _page(experiment, form, texts)
    typed = {place.name: form[place.name].data or "" for place in texts}
    try:
        if "confirm" not in request.form:
            changed = correcting.changes_of(experiment, typed)
            return _page(experiment, form, texts, changed)
        return _submit(experiment, form, typed)
    except NotCorrections as error:
        for name, sentence in error.faults.items():
            put_at_field(form, Invalid(name, sentence))
    except Invalid as error:
        put_at_field(form, error)
    return _page(experiment, form, texts)


@bp.post("/experiments/<int:experiment_id>/correct/approve")
@access.requires("approve")
def approve_correction(experiment_id: int) -> ResponseReturnValue:
    """Put what waits on the page."""
    experiment = access.get(Experiment, experiment_id, "approve")
    try:
        read = request.form.get("read", "")
        correcting.approve_corrections(experiment, access.person(), read)
        flash("Page corrected.")
    except (AlreadyDone, ChangedMeanwhile) as error:
        flash(str(error))
        return redirect(url_for(".correct", experiment_id=experiment_id), 303)
    return redirect(url_for("ideas.experiment", experiment_id=experiment_id), 303)


@bp.post("/experiments/<int:experiment_id>/correct/withdraw")
@access.requires("edit")
def withdraw_correction(experiment_id: int) -> ResponseReturnValue:
    """Take back what waits."""
    experiment = access.get(Experiment, experiment_id, "edit")
    try:
        read = request.form.get("read", "")
        correcting.withdraw_corrections(experiment, access.person(), read)
        flash("Correction cancelled.")
    except (AlreadyDone, ChangedMeanwhile) as error:
        flash(str(error))
    return redirect(url_for("ideas.experiment", experiment_id=experiment_id), 303)


def _submit(
    experiment: Experiment, form: TypedForm, typed: Mapping[str, str]
) -> ResponseReturnValue:
    try:
        is_done = correcting.submit_corrections(
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
        return _page(experiment, form, correcting.present_texts(experiment))
    except AlreadyDone as error:
        flash(str(error))
        return redirect(url_for(".correct", experiment_id=experiment.id), 303)
    return redirect(url_for("ideas.experiment", experiment_id=experiment.id), 303)


def _form(texts: Mapping[Place, str]) -> TypedForm:
    """The form with a field for each text of this page."""

    class CorrectionForm(TypedForm):
        """The texts by the names of their places, and the reason."""

        why = StringField("Why")

    for place in texts:
        setattr(CorrectionForm, place.name, TextAreaField(label_of(place.field)))
    return CorrectionForm(data={place.name: text for place, text in texts.items()})


def _page(
    experiment: Experiment,
    form: TypedForm,
    texts: Mapping[Place, str],
    changed: Mapping[Place, str] | None = None,
) -> ResponseReturnValue:
    person, found = access.person(), correcting.waiting(experiment)
    names = correcting.names_of(experiment)
    page = render_template(
        "publishing/correct.html",
        experiment=experiment,
        form=form,
        # The texts of all variants first, then those of each.
        groups=[
            (names.get(key, ""), [place for place in texts if place.variant == key])
            for key in dict.fromkeys(place.variant for place in texts)
        ],
        changed=[
            (_title(place, names), diff_words(texts[place], after), place.name, after)
            for place, after in (changed or {}).items()
        ],
        waiting=[
            (_title(Place(c.variant, c.field), names), diff_words(c.before, c.after)) for c in found
        ],
        by=found[0] if found else None,
        objection=correcting.find_objection(experiment, person) if found else "",
        read=correcting.digest_of_waiting(experiment) if found else correcting.digest_of(texts),
        is_alone=person in able_to_sign({person.id}),
        language=experiment.revision.document.get("language") or "en",
        longest_why=LONGEST_WHY,
    )
    return page, 422 if form.errors else 200


def _title(place: Place, names: Mapping[str, str]) -> str:
    """The name of a text, with the variant whose own it is."""
    label = label_of(place.field)
    return f"{label} of “{names.get(place.variant, place.variant)}”" if place.variant else label
