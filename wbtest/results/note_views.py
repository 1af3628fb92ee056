"""The page of notes: what happened while the test ran, and the form that adds to it."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from wbtest.extensions import clock
from wbtest.forms import TypedForm
from wbtest.publishing.models import Experiment
from wbtest.results import notes as noting
from wbtest.results.figures import check_started
from wbtest.results.views import bp
from wbtest.store import Invalid
from wbtest.team import access


class NoteForm(TypedForm):
    """When, and what."""

    text = StringField("What happened", render_kw={"maxlength": noting.LONGEST_NOTE})
    day = StringField("Day", render_kw={"type": "date"})


@bp.get("/experiments/<int:experiment_id>/notes")
@access.requires("read")
def notes(experiment_id: int) -> ResponseReturnValue:
    """Everything that is noted, and the form."""
    experiment = access.get(Experiment, experiment_id, "read")
    today = clock.now().astimezone(ZoneInfo(experiment.time_zone)).date()
    return _page(experiment, NoteForm(formdata=None, data={"day": today.isoformat()}))


@bp.post("/experiments/<int:experiment_id>/notes")
@access.requires("edit")
def add_note(experiment_id: int) -> ResponseReturnValue:
    """Note what happened."""
    experiment = access.get(Experiment, experiment_id, "edit")
    check_started(experiment)
    form = NoteForm()
    try:
        noting.add_note(experiment, access.person(), _day(form), form.text.data or "")
    except Invalid as error:
        form[error.field].errors = [str(error)]
        return _page(experiment, form), 422
    flash("Note added.")
    return redirect(url_for(".notes", experiment_id=experiment_id), 303)


@bp.post("/experiments/<int:experiment_id>/notes/<key>/delete")
@access.requires("edit")
def delete_note(experiment_id: int, key: str) -> ResponseReturnValue:
    """Delete a note that one has written oneself, or as an owner any."""
    experiment = access.get(Experiment, experiment_id, "edit")
    is_owner = access.has_permission("own")
    noting.delete_note(experiment, access.person(), key, is_owner=is_owner)
    flash("Note deleted.")
    return redirect(url_for(".notes", experiment_id=experiment_id), 303)


def _day(form: NoteForm) -> date:
    try:
        return date.fromisoformat((form.day.data or "").strip())
    except ValueError as error:
        raise Invalid("day", "Enter a day like 2027-03-31.") from error


def _page(experiment: Experiment, form: NoteForm) -> str:
    return render_template(
        "results/annotating/notes.html",
        experiment=experiment,
        form=form,
        notes=noting.notes_of(experiment)[::-1],
    )
