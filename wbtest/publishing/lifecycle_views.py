"""The team's pages about an experiment's life: launch check, steps, corrections, and after."""

from collections.abc import Callable, Mapping
from functools import partial

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from wbtest.forms import TypedForm
from wbtest.publishing import correction_requests, lifecycle
from wbtest.publishing.correction_requests import NotCorrections
from wbtest.publishing.corrections import Place, label_of
from wbtest.publishing.display import added_to, ways_of
from wbtest.publishing.forms import put_at_field
from wbtest.publishing.launch_readiness import (
    find_objection,
    find_open_test,
    findings_of,
    unseen_warnings,
    warnings_of,
)
from wbtest.publishing.lifecycle import (
    AFTERWARDS,
    LONGEST_OUTCOME,
    LONGEST_WHY,
    AlreadyDone,
    ChangedMeanwhile,
    NotReady,
    WarningsUnseen,
    choose_afterwards,
    demand_choice,
    record_check,
)
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import draft_digest
from wbtest.publishing.stages import is_checked
from wbtest.publishing.views import bp, experiment_page
from wbtest.review.approvers import able_to_sign
from wbtest.runtime import runtime
from wbtest.store import Invalid, Refused
from wbtest.team import access, client_info
from wbtest.team.models import Person
from wbtest.writing.text_diff import diff_words


@bp.route("/experiments/<int:experiment_id>/launch", methods=["GET", "POST"])
@access.requires("edit")
def launch(experiment_id: int) -> ResponseReturnValue:
    """What stops the start, what to see before it, and what is fine."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if experiment.state != "draft":
        raise Refused("This experiment was started. Its check stands in its history.")
    if request.method == "POST":
        form = request.form
        try:
            seen, read = form.getlist("seen"), form.get("read", "")
            record_check(experiment, access.person(), seen, read, client_info.find_reach())
        except WarningsUnseen as error:
            flash(str(error), "error")
            return _launch_page(experiment), 422
        except (ChangedMeanwhile, AlreadyDone) as error:
            flash(str(error))
            return redirect(url_for("ideas.experiment", experiment_id=experiment.id), 303)
        except NotReady:
            flash("It cannot pass yet: what stops it stands below.", "error")
            return _launch_page(experiment), 409
        else:
            flash("The launch check is passed. Any change of the draft asks for it again.")
            return redirect(url_for(".launch", experiment_id=experiment.id), 303)
    return _launch_page(experiment), 200


def _launch_page(experiment: Experiment) -> str:
    found = findings_of(experiment, client_info.find_reach())
    groups = {
        kind: [entry for entry in found if entry.kind == kind]
        for kind in ("blocker", "warning", "fine")
    }
    return render_template(
        "publishing/launch.html",
        experiment=experiment,
        blockers=groups["blocker"],
        warnings=groups["warning"],
        seen=warnings_of(found),
        fine=groups["fine"],
        read=draft_digest(experiment),
        is_checked=is_checked(experiment) and not unseen_warnings(found, experiment.warnings_seen),
        objection=find_objection(experiment, access.person()),
        open_test=find_open_test(experiment),
        ways=ways_of(experiment),
        added=added_to(experiment, access.person()),
    )


def where_proof_is() -> str:
    """Where the approvers find what was sealed, as the end of a sentence."""
    if runtime().settings.mail_url:
        return "is in your mail"
    return "stands below; a mail with it waits, for none can be sent yet"


@bp.post("/experiments/<int:experiment_id>/start")
@access.requires("approve")
def start(experiment_id: int) -> ResponseReturnValue:
    """Seal the draft and open its page; where something is missing, the page says what."""
    verb = partial(lifecycle.start, read=request.form.get("read", ""))
    try:
        return _take_step(
            experiment_id,
            verb,
            f"The page is open. The proof that its rule was fixed before {where_proof_is()}.",
        )
    except lifecycle.NotReady as error:
        if [entry.what for entry in error.missing] == ["checked"]:
            flash(str(error))
            return redirect(url_for(".launch", experiment_id=experiment_id), 303)
        flash("It cannot start yet: what is missing stands below.", "error")
        return experiment_page(access.get(Experiment, experiment_id, "approve"), 409)


@bp.post("/experiments/<int:experiment_id>/pause")
@access.requires("approve")
def pause(experiment_id: int) -> ResponseReturnValue:
    """Let the page rest."""
    done = "The page rests. Nobody is counted meanwhile."
    return _take_step(
        experiment_id, lambda found, who: lifecycle.pause(found, who, _given_reason()), done
    )


@bp.post("/experiments/<int:experiment_id>/resume")
@access.requires("approve")
def resume(experiment_id: int) -> ResponseReturnValue:
    """Open a resting page again."""
    return _take_step(experiment_id, lifecycle.resume, "The page is open again.")


@bp.post("/experiments/<int:experiment_id>/end")
@access.requires("approve")
def end(experiment_id: int) -> ResponseReturnValue:
    """Close the page for good."""
    done = "The experiment is over. Its page is closed."
    return _take_step(
        experiment_id, lambda found, who: lifecycle.end(found, who, _given_reason()), done
    )


@bp.get("/experiments/<int:experiment_id>/seal.txt")
@access.requires("read")
def seal(experiment_id: int) -> ResponseReturnValue:
    """The sealed text, byte by byte as it was sealed."""
    experiment = access.get(Experiment, experiment_id, "read")
    if not experiment.sealed:
        abort(404)
    answer = Response(experiment.sealed, mimetype="text/plain")
    name = f"{lifecycle.file_stem(experiment)}-seal.txt"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _given_reason() -> str:
    """The reason that was asked for. Raises Invalid without one."""
    return lifecycle.needed_reason(request.form.get("why", ""))


def _take_step(
    experiment_id: int, verb: Callable[[Experiment, Person], Experiment], done: str
) -> ResponseReturnValue:
    """Take a step in an experiment's life; who clicked on an old page is told so."""
    experiment = access.get(Experiment, experiment_id, "approve")
    try:
        verb(experiment, access.person())
        flash(done)
    except (lifecycle.AlreadyDone, lifecycle.StillOpen, lifecycle.ChangedMeanwhile) as error:
        flash(str(error))
    return redirect(url_for("ideas.experiment", experiment_id=experiment_id), 303)


class AfterForm(TypedForm):
    """What stands at the address once the test is over."""

    afterwards = RadioField("What stands at the address", choices=AFTERWARDS, validate_choice=False)
    outcome = TextAreaField("How it ended, in your words", [Optional()])
    waiting_variant = SelectField("The page that everybody sees", validate_choice=False)
    longest_outcome = LONGEST_OUTCOME


@bp.route("/experiments/<int:experiment_id>/after", methods=["GET", "POST"])
@access.requires("own")
def after(experiment_id: int) -> ResponseReturnValue:
    """Closed with the outcome, or open as a waiting list; both can be changed later."""
    experiment = access.get(Experiment, experiment_id, "own")
    demand_choice(experiment)
    form = AfterForm(
        data={
            "afterwards": experiment.afterwards or "closed",
            "outcome": experiment.outcome,
            "waiting_variant": experiment.waiting_variant,
        }
    )
    form.waiting_variant.choices = [(found.key, found.name) for found in experiment.variants]
    if form.validate_on_submit():
        try:
            choose_afterwards(
                experiment,
                access.person(),
                form.afterwards.data or "",
                outcome=form.outcome.data or "",
                waiting_variant=form.waiting_variant.data or "",
            )
        except Invalid as error:
            put_at_field(form, error)
        else:
            is_open = experiment.afterwards == "open"
            flash("The waiting list is open." if is_open else "The address says that it is over.")
            return redirect(url_for("ideas.experiment", experiment_id=experiment.id), 303)
    page = render_template("publishing/after.html", form=form, experiment=experiment)
    return page, 422 if form.errors else 200


@bp.route("/experiments/<int:experiment_id>/correct", methods=["GET", "POST"])
@access.requires("edit")
def correct(experiment_id: int) -> ResponseReturnValue:
    """Every text of the page to correct; what was typed is shown once before it is done."""
    experiment = access.get(Experiment, experiment_id, "edit")
    correction_requests.demand_open(experiment)
    texts = correction_requests.present_texts(experiment)
    form = _correction_form(texts)
    if correction_requests.waiting(experiment) or not form.validate_on_submit():
        return _correction_page(experiment, form, texts)
    typed = {place.name: form[place.name].data or "" for place in texts}
    try:
        if "confirm" not in request.form:
            changed = correction_requests.changes_of(experiment, typed)
            return _correction_page(experiment, form, texts, changed)
        return _submit_corrections(experiment, form, typed)
    except NotCorrections as error:
        for name, sentence in error.faults.items():
            put_at_field(form, Invalid(name, sentence))
    except Invalid as error:
        put_at_field(form, error)
    return _correction_page(experiment, form, texts)


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
        return redirect(url_for(".correct", experiment_id=experiment_id), 303)
    return redirect(url_for("ideas.experiment", experiment_id=experiment_id), 303)


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
    return redirect(url_for("ideas.experiment", experiment_id=experiment_id), 303)


def _submit_corrections(
    experiment: Experiment, form: TypedForm, typed: Mapping[str, str]
) -> ResponseReturnValue:
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
        return _correction_page(experiment, form, correction_requests.present_texts(experiment))
    except AlreadyDone as error:
        flash(str(error))
        return redirect(url_for(".correct", experiment_id=experiment.id), 303)
    return redirect(url_for("ideas.experiment", experiment_id=experiment.id), 303)


def _correction_form(texts: Mapping[Place, str]) -> TypedForm:
    """The form with a field for each text of this page."""

    class CorrectionForm(TypedForm):
        """The texts by the names of their places, and the reason."""

        why = StringField("Why")

    for place in texts:
        setattr(CorrectionForm, place.name, TextAreaField(label_of(place.field)))
    return CorrectionForm(data={place.name: text for place, text in texts.items()})


def _correction_page(
    experiment: Experiment,
    form: TypedForm,
    texts: Mapping[Place, str],
    changed: Mapping[Place, str] | None = None,
) -> ResponseReturnValue:
    person, found = access.person(), correction_requests.waiting(experiment)
    names = correction_requests.names_of(experiment)
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
        objection=correction_requests.find_objection(experiment, person) if found else "",
        read=correction_requests.digest_of_waiting(experiment)
        if found
        else correction_requests.digest_of(texts),
        is_alone=person in able_to_sign({person.id}),
        language=experiment.revision.document.get("language") or "en",
        longest_why=LONGEST_WHY,
    )
    return page, 422 if form.errors else 200


def _title(place: Place, names: Mapping[str, str]) -> str:
    """The name of a text, with the variant whose own it is."""
    label = label_of(place.field)
    return f"{label} of “{names.get(place.variant, place.variant)}”" if place.variant else label
