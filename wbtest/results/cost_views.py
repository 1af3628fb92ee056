"""The page about money: what each source cost, and the lines that say what was spent."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField

from wbtest.database import read_one_moment
from wbtest.forms import TypedForm
from wbtest.publishing.lifecycle import file_stem
from wbtest.publishing.models import Experiment
from wbtest.results import costs
from wbtest.results.costs import CURRENCIES
from wbtest.results.figures import check_started
from wbtest.results.views import bp
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.web import as_csv, send_file


class SpendForm(TypedForm):
    """One line; ``currency`` is asked only of a test that has no lines."""

    source = StringField("Source", render_kw={"autocomplete": "off", "autocapitalize": "none"})
    first = StringField("First day", render_kw={"type": "date"})
    last = StringField("Last day", render_kw={"type": "date"})
    amount = StringField("Amount", render_kw={"inputmode": "decimal", "autocomplete": "off"})
    currency = SelectField(
        "Currency", choices={code: code for code in CURRENCIES}, validate_choice=False
    )


@bp.get("/experiments/<int:experiment_id>/spend")
@access.requires("read")
def spend(experiment_id: int) -> ResponseReturnValue:
    """What a visitor and a sign-up cost, and a form that adds what was spent."""
    read_one_moment()
    return _page(access.get(Experiment, experiment_id, "read"), SpendForm(formdata=None))


@bp.post("/experiments/<int:experiment_id>/spend")
@access.requires("edit")
def add_spend(experiment_id: int) -> ResponseReturnValue:
    """Add one line."""
    experiment = access.get(Experiment, experiment_id, "edit")
    check_started(experiment)
    form = SpendForm()
    there = costs.spends_of(experiment)
    if there:
        form.currency.data = there[0].currency
    try:
        first, last = _day(form, "first"), _day(form, "last") if form.last.data else None
        source, amount, currency = (
            form[name].data or "" for name in ("source", "amount", "currency")
        )
        costs.add_spend(experiment, access.person(), source, first, last, amount, currency)
    except Invalid as error:
        form[error.field].errors = [str(error)]
        return _page(experiment, form), 422
    flash("Spend added.")
    return redirect(url_for(".spend", experiment_id=experiment.id), 303)


@bp.post("/experiments/<int:experiment_id>/spend/<key>/delete")
@access.requires("edit")
def delete_spend(experiment_id: int, key: str) -> ResponseReturnValue:
    """Delete a line."""
    experiment = access.get(Experiment, experiment_id, "edit")
    costs.delete_spend(experiment, access.person(), key)
    flash("Spend deleted.")
    return redirect(url_for(".spend", experiment_id=experiment_id), 303)


@bp.get("/experiments/<int:experiment_id>/spend.csv")
@access.requires("read")
def spend_csv(experiment_id: int) -> ResponseReturnValue:
    """The lines as they were entered."""
    experiment = access.get(Experiment, experiment_id, "read")
    check_started(experiment)
    head = ("source", "first_day", "last_day", "amount", "currency", "entered_by", "entered_at")
    rows = [
        (
            *(line.source, line.first_day.isoformat(), line.last_day.isoformat()),
            *(CURRENCIES[line.currency].plain(line.amount), line.currency),
            *(line.person.name, line.at.isoformat()),
        )
        for line in costs.spends_of(experiment)
    ]
    return send_file(as_csv([head, *rows]), f"{file_stem(experiment)}-spend.csv")


def _day(form: SpendForm, name: str) -> date:
    try:
        return date.fromisoformat((form[name].data or "").strip())
    except ValueError as error:
        raise Invalid(name, "Enter a day like 2027-03-31.") from error


def _page(experiment: Experiment, form: SpendForm) -> str:
    is_started = experiment.started_at is not None
    return render_template(
        "results/spending/spend.html",
        experiment=experiment,
        spending=costs.spending_of(experiment) if is_started else None,
        form=form,
    )
