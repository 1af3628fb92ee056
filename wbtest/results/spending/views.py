"""The page about money: what each source cost, and the lines that say what was spent."""

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.downloads import as_csv, send_file
from wbtest.moments import read_one_moment
from wbtest.publishing.models import Experiment
from wbtest.results.figures import check_started, sealed_rule
from wbtest.results.spending.exports import rows_of_costs, rows_of_spends
from wbtest.results.spending.files import Unreadable, read_lines, text_in
from wbtest.results.spending.forms import LineForm, LinesForm
from wbtest.results.spending.in_words import ends, what_became
from wbtest.results.spending.lines import Fault, Line, line_of
from wbtest.results.spending.money import Currency
from wbtest.results.spending.showing import spending_of
from wbtest.results.spending.spends import Key, add_spends, delete_spends, find_currency, span_of
from wbtest.results.views import bp
from wbtest.store import Invalid
from wbtest.team import access


@bp.get("/experiments/<int:experiment_id>/spend")
@access.requires("read")
def spend(experiment_id: int) -> ResponseReturnValue:
    """What a visitor and a sign-up cost, and a form that adds what was spent."""
    read_one_moment()
    return _page(access.get(Experiment, experiment_id, "read"))


@bp.post("/experiments/<int:experiment_id>/spend")
@access.requires("edit")
def add_spend(experiment_id: int) -> ResponseReturnValue:
    """Add one line."""
    experiment = _started(experiment_id)
    form = LineForm()
    currency = form.settle(find_currency(experiment))
    typed = {name: form[name].data or "" for name in ("source", "first", "last", "amount", "note")}
    try:
        line = line_of(typed, currency, span_of(experiment))
    except Fault as fault:
        form[fault.field].errors = [str(fault)]
        return _page(experiment, form), 422
    return _add(experiment, form, currency, [line])


@bp.post("/experiments/<int:experiment_id>/spend/lines")
@access.requires("edit")
def add_spend_lines(experiment_id: int) -> ResponseReturnValue:
    """Add the lines of a CSV, typed or sent as a file; all of them, or none when one is wrong."""
    experiment = _started(experiment_id)
    form = LinesForm()
    currency = form.settle(find_currency(experiment))
    try:
        # What is wrong in a file can then be mended on the page.
        form.lines.data = _given(form)
        lines = read_lines(form.lines.data, currency, span_of(experiment))
    except Unreadable as error:
        form.lines.errors = list(error.faults)
        return _page(experiment, form), 422
    return _add(experiment, form, currency, lines)


@bp.post("/experiments/<int:experiment_id>/spend/delete")
@access.requires("edit")
def delete_spend(experiment_id: int) -> ResponseReturnValue:
    """Delete the lines that are named; who did it stays in the audit log."""
    experiment = access.get(Experiment, experiment_id, "edit")
    sending = request.form.get("sending", "")
    number = delete_spends(experiment, access.person(), _keys(), sending)
    if number:
        flash(f"{'One line is' if number == 1 else f'{number:,} lines are'} deleted.")
    else:
        flash("Tick what to delete. If you did, somebody deleted it before.")
    return redirect(url_for(".spend", experiment_id=experiment_id), 303)


@bp.get("/experiments/<int:experiment_id>/spend.csv")
@access.requires("read")
def spend_csv(experiment_id: int) -> ResponseReturnValue:
    """The lines as they were entered."""
    experiment = _started(experiment_id, "read")
    rows = rows_of_spends(spending_of(experiment))
    return send_file(as_csv(rows), f"{experiment.slug}-spend.csv")


@bp.get("/experiments/<int:experiment_id>/costs.csv")
@access.requires("read")
def costs_csv(experiment_id: int) -> ResponseReturnValue:
    """What visitors and sign-ups cost, by source."""
    read_one_moment()
    experiment = _started(experiment_id, "read")
    rows = rows_of_costs(spending_of(experiment), sealed_rule(experiment))
    return send_file(as_csv(rows), f"{experiment.slug}-costs.csv")


def _started(experiment_id: int, permission: str = "edit") -> Experiment:
    """The experiment. Raises NotStarted for a draft, of which nobody has seen anything."""
    experiment = access.get(Experiment, experiment_id, permission)
    check_started(experiment)
    return experiment


def _given(form: LinesForm) -> str:
    """What was typed, or is in the file. Raises Unreadable."""
    file, typed = form.file.data, form.lines.data or ""
    if not file:
        return typed
    if typed.strip():
        raise Unreadable(["Send the text or the file, not both."])
    return text_in(file.read())


def _keys() -> set[Key]:
    """The lines that were ticked, each as its sending and its place with a point between."""
    named = (typed.rpartition(".") for typed in request.form.getlist("line"))
    return {(sending, int(place)) for sending, _, place in named if re.fullmatch(r"\d{1,4}", place)}


def _add(
    experiment: Experiment, form: LineForm | LinesForm, currency: Currency, lines: list[Line]
) -> ResponseReturnValue:
    code = form.currency.data or currency.code
    try:
        added = add_spends(experiment, access.person(), code, lines)
    except Invalid as error:
        field = error.field if error.field in form else "amount"
        form[field].errors = [str(error)]
        return _page(experiment, form), 422
    flash(what_became(added.new, added.known, currency))
    return redirect(url_for(".spend", experiment_id=experiment.id), 303)


def _page(experiment: Experiment, form: LineForm | LinesForm | None = None) -> str:
    """The page, with the form that holds what cannot be used."""
    if experiment.started_at is None:
        return render_template("results/spending/not_started.html", experiment=experiment)
    spending = spending_of(experiment)
    line_form = form if isinstance(form, LineForm) else LineForm(formdata=None)
    lines_form = form if isinstance(form, LinesForm) else LinesForm(formdata=None)
    for each in (line_form, lines_form):
        each.settle(spending.currency)
    return render_template(
        "results/spending/spend.html",
        experiment=experiment,
        spending=spending,
        rule=sealed_rule(experiment),
        span=span_of(experiment),
        line_form=line_form,
        lines_form=lines_form,
        ends=ends,
    )
