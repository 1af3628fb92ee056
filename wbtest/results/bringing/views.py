"""A list on its way in: what its columns hold, what will happen, how far it is, and back out."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.audience.lists import reading
from wbtest.audience.lists.bringing import bring_in, look_ahead
from wbtest.audience.lists.choosing import (
    choose,
    discard,
    find_list,
    questions_of,
    read_table,
)
from wbtest.audience.lists.columns import EMAIL, choices_of
from wbtest.audience.lists.models import BroughtList
from wbtest.audience.lists.taking_back import count_stayed, take_back
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import AlreadyDone
from wbtest.results.bringing.agreeing import agreement_of, sentence_of
from wbtest.results.bringing.in_words import Counts, did, went, would
from wbtest.results.figures import sealed_rule
from wbtest.results.signup_list import came_with, signups
from wbtest.results.views import bp
from wbtest.store import Invalid, Refused
from wbtest.team import access

SHOWN_ROWS = 5
SHOWN_PEOPLE = 50
CHANGED = "You changed the columns. This is what will happen now."


@bp.get("/experiments/<int:experiment_id>/lists/<int:number>")
@access.requires("own")
@access.proved("GET")
def brought_list(experiment_id: int, number: int) -> ResponseReturnValue:
    """What the columns hold and what will happen; afterwards what did."""
    return _page(*_get(experiment_id, number))


@bp.post("/experiments/<int:experiment_id>/lists/<int:number>")
@access.requires("own")
@access.proved("POST")
def bring_list_in(experiment_id: int, number: int) -> ResponseReturnValue:
    """Say what the columns hold, and bring the people in if that is what was counted."""
    experiment, brought = _get(experiment_id, number)
    columns = request.form.getlist("column")
    back = redirect(url_for(".brought_list", experiment_id=experiment_id, number=number), 303)
    try:
        choose(experiment, brought, columns)
        if "bring" not in request.form:
            return back
        if columns != request.form.get("counted", "").split(","):
            flash(CHANGED)
            return back
        bring_in(experiment, brought, access.person(), _agreement(experiment))
    except AlreadyDone as error:
        flash(str(error))
    except Invalid as error:
        return _page(experiment, brought, columns, error), 422
    return back


@bp.post("/experiments/<int:experiment_id>/lists/<int:number>/discard")
@access.requires("own")
def discard_list(experiment_id: int, number: int) -> ResponseReturnValue:
    """Delete a file of which nobody was brought in."""
    experiment, brought = _get(experiment_id, number)
    try:
        discard(experiment, brought)
        flash("The file is deleted. Nobody was brought in.")
    except Refused as error:
        flash(str(error), "error")
    return redirect(url_for(".signups", experiment_id=experiment_id), 303)


@bp.post("/experiments/<int:experiment_id>/lists/<int:number>/take-back")
@access.requires("own")
@access.proved("POST")
def take_list_back(experiment_id: int, number: int) -> ResponseReturnValue:
    """Take out again whom a list added and to whom nothing happened since."""
    experiment, brought = _get(experiment_id, number)
    try:
        take_back(experiment, brought, access.person())
    except Refused as error:
        flash(str(error), "" if isinstance(error, AlreadyDone) else "error")
    return redirect(url_for(".brought_list", experiment_id=experiment_id, number=number), 303)


def _get(experiment_id: int, number: int) -> tuple[Experiment, BroughtList]:
    experiment = access.get(Experiment, experiment_id, "own")
    return experiment, find_list(experiment, number) or abort(404)


def _agreement(experiment: Experiment) -> str:
    """The words by which these people agreed to mail, '' when nobody says so."""
    if "agreed" not in request.form:
        return ""
    return agreement_of(experiment, request.form.get("how", ""))


def _page(
    experiment: Experiment,
    brought: BroughtList,
    typed: list[str] | None = None,
    error: Invalid | None = None,
) -> str:
    if brought.state != "choosing":
        return _done_page(experiment, brought)
    columns = [meaning for _, meaning in brought.columns]
    table = read_table(brought)
    said, new = [], 0
    if EMAIL in columns:
        ahead = look_ahead(experiment, brought, table)
        new = ahead.new
        counts = Counts(new, ahead.known, ahead.left, len(ahead.wrong), ahead.repeated)
        said = would(counts, ahead.wrong)
    return render_template(
        "results/bringing/choosing.html",
        experiment=experiment,
        brought=brought,
        rows=table.rows[:SHOWN_ROWS],
        choices=choices_of(questions_of(experiment)),
        columns=columns if typed is None else typed,
        counted=",".join(columns),
        said=said,
        new=new,
        is_western=brought.encoding == reading.WESTERN,
        sentence=sentence_of(experiment),
        typed=request.form,
        fault=str(error or ""),
        fault_at=error.field if error else "",
    )


def _done_page(experiment: Experiment, brought: BroughtList) -> str:
    counts = Counts(
        brought.added, brought.known, brought.left_before, brought.wrong, brought.repeated
    )
    stayed = count_stayed(brought)
    people = signups(experiment, sealed_rule(experiment), SHOWN_PEOPLE, came_with(brought.number))
    return render_template(
        "results/bringing/done.html",
        experiment=experiment,
        brought=brought,
        people=list(people),
        said=did(counts),
        stayed=stayed,
        went=went(brought.removed, *stayed),
    )
