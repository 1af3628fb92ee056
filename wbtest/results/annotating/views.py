"""The page of notes: what happened while the test ran, and the form that adds to it."""

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.publishing.models import Experiment
from wbtest.results.annotating import notes as noting
from wbtest.results.annotating.forms import NoteForm
from wbtest.results.annotating.showing import notes_part
from wbtest.results.figures import check_started
from wbtest.results.views import bp
from wbtest.store import Invalid
from wbtest.team import access


@bp.get("/experiments/<int:experiment_id>/notes")
@access.requires("read")
def notes(experiment_id: int) -> ResponseReturnValue:
    """Everything that is noted, and the form."""
    experiment = access.get(Experiment, experiment_id, "read")
    form = NoteForm()
    local = clock.now().astimezone(ZoneInfo(experiment.time_zone))
    form.day.data, form.time.data = f"{local:%Y-%m-%d}", f"{local:%H:%M}"
    return _page(experiment, form)


@bp.post("/experiments/<int:experiment_id>/notes")
@access.requires("edit")
def add_note(experiment_id: int) -> ResponseReturnValue:
    """Note what happened."""
    experiment = access.get(Experiment, experiment_id, "edit")
    check_started(experiment)
    form = NoteForm()
    try:
        at = form.moment(experiment.time_zone)
        noting.add_note(
            experiment, access.person(), at, form.text.data or "", form.source.data or ""
        )
    except Invalid as error:
        form[error.field].errors = [str(error)]
        return _page(experiment, form), 422
    flash("It is noted.")
    return redirect(url_for(".notes", experiment_id=experiment_id), 303)


@bp.post("/experiments/<int:experiment_id>/notes/<key>/delete")
@access.requires("edit")
def delete_note(experiment_id: int, key: str) -> ResponseReturnValue:
    """Delete a note that one has written oneself, or as an owner any."""
    experiment = access.get(Experiment, experiment_id, "edit")
    is_owner = access.reaches(experiment, "own")
    noting.delete_note(experiment, access.person(), key, is_owner=is_owner)
    flash("The note is deleted.")
    return redirect(url_for(".notes", experiment_id=experiment_id), 303)


def _page(experiment: Experiment, form: NoteForm) -> str:
    return render_template("results/annotating/notes.html", form=form, **notes_part(experiment))
