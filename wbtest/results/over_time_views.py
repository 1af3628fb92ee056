"""The page of results over time, and the notes on it: what happened while the test ran."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.database import of_one_moment
from wbtest.extensions import clock
from wbtest.forms import add_form_error
from wbtest.publishing.models import Experiment
from wbtest.results import notes as noting
from wbtest.results.chart_style import moments_in_words
from wbtest.results.dashboard_views import page_of
from wbtest.results.figures import check_started, results_of
from wbtest.results.forms import NoteForm, read_day
from wbtest.results.rate_charts import course_chart, course_of
from wbtest.results.views import bp
from wbtest.results.who_came import days_of, filters_of
from wbtest.store import Invalid
from wbtest.team import access


@bp.get("/experiments/<int:experiment_id>/results/over-time")
@of_one_moment
@access.requires("read")
def over_time(experiment_id: int) -> ResponseReturnValue:
    """The evidence against its line, the rates, what happened, and the visitors of each day."""
    experiment = access.get(Experiment, experiment_id, "read")
    today = clock.now().astimezone(ZoneInfo(experiment.time_zone)).date()
    return _page(experiment, NoteForm(formdata=None, data={"day": today.isoformat()}))


@bp.post("/experiments/<int:experiment_id>/notes")
@access.requires("edit")
def add_note(experiment_id: int) -> ResponseReturnValue:
    """Add a note."""
    experiment = access.get(Experiment, experiment_id, "edit")
    check_started(experiment)
    form = NoteForm()
    try:
        day = read_day(form, "day")
        noting.add_note(experiment, access.person(), day, form.text.data or "")
    except Invalid as error:
        add_form_error(form, error)
        return _page(experiment, form), 422
    flash("Note added.")
    return redirect(url_for(".over_time", experiment_id=experiment_id, _anchor="notes"), 303)


@bp.post("/experiments/<int:experiment_id>/notes/<key>/delete")
@access.requires("edit")
def delete_note(experiment_id: int, key: str) -> ResponseReturnValue:
    """Delete a note of your own, or any as an owner."""
    experiment = access.get(Experiment, experiment_id, "edit")
    is_owner = access.has_permission("own")
    noting.delete_note(experiment, access.person(), key, is_owner=is_owner)
    flash("Note deleted.")
    return redirect(url_for(".over_time", experiment_id=experiment_id, _anchor="notes"), 303)


def _page(experiment: Experiment, form: NoteForm) -> str:
    if experiment.started_at is None:
        return page_of("over_time", experiment)
    found = results_of(experiment, clock.now())
    choices, filters = filters_of(found, request.args)
    points, notes = course_of(found), noting.notes_of(experiment)[::-1]
    # That the test began is where every chart begins.
    drawn = [note for note in notes if note.number]
    return page_of(
        "over_time",
        experiment,
        found,
        choices=choices,
        filters=filters,
        note_form=form,
        notes=notes,
        drawn=drawn,
        days=days_of(experiment, found, filters),
        points=points,
        whens=moments_in_words([point.at for point in points[0]], experiment.time_zone),
        course=course_chart(found, points, drawn),
    )
