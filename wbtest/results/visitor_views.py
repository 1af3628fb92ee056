"""The page of visitors: who came, what they cost, who was excluded and why.

Editors enter costs. Owners may set a group aside or include one, and say why.
"""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField, TextAreaField

from wbtest.audience import setting_aside as verbs
from wbtest.audience.group_counts import (
    GroupSize,
    VisitorGroup,
    crowd_groups,
    hours_of_groups,
    largest_groups,
    people_seen,
)
from wbtest.database import of_one_moment
from wbtest.extensions import clock
from wbtest.forms import TypedForm, add_form_error, form_on
from wbtest.publishing import rule_text
from wbtest.publishing.lifecycle import file_stem
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import EXCLUDED
from wbtest.publishing.sealing import sealed_limits
from wbtest.results import costs, segments, trust, visitor_checks
from wbtest.results.figures import Results, check_started
from wbtest.results.set_aside import Aside, networks_found, results_and_aside
from wbtest.results.views import bp, read_day, tab_page
from wbtest.store import Invalid, Refused
from wbtest.team import access
from wbtest.web import as_csv, number_of, send_file

# Of each kind.
MOST_SHOWN = 8
# The value of a mark that means the networks which the check of networks names.
FOUND = "found"


class SpendForm(TypedForm):
    """One line; ``currency`` is asked only of a test that has no lines."""

    source = StringField("Source", render_kw={"autocomplete": "off", "autocapitalize": "none"})
    first = StringField("First day", render_kw={"type": "date"})
    last = StringField("Last day", render_kw={"type": "date"})
    amount = StringField("Amount", render_kw={"inputmode": "decimal", "autocomplete": "off"})
    currency = SelectField(
        "Currency", choices={code: code for code in costs.CURRENCIES}, validate_choice=False
    )


class AsideForm(TypedForm):
    """Which group to set aside or take in, and why; the verb refuses what says nothing.

    A group is its direction, kind and value with colons between.
    """

    group = SelectField("Group", choices=[], validate_choice=False)
    why = TextAreaField("How you know", render_kw={"rows": 2, "maxlength": verbs.LONGEST_WHY})


@bp.get("/experiments/<int:experiment_id>/results/visitors")
@of_one_moment
@access.requires("read")
def visitors(experiment_id: int) -> ResponseReturnValue:
    """Visitors by source, device, language and time, what they cost, and excluded visits.

    ``?group=`` offers the groups that can be set aside, with the one named chosen.
    """
    experiment = access.get(Experiment, experiment_id, "read")
    return _page(experiment)


@bp.route("/experiments/<int:experiment_id>/spend", methods=["GET", "POST"])
@access.requires("edit")
@form_on(".visitors")
def add_spend(experiment_id: int) -> ResponseReturnValue:
    """Add one line."""
    experiment = access.get(Experiment, experiment_id, "edit")
    check_started(experiment)
    form = SpendForm()
    there = costs.spends_of(experiment)
    if there:
        form.currency.data = there[0].currency
    try:
        first = read_day(form, "first")
        last = read_day(form, "last") if form.last.data else None
        source, amount, currency = (
            form[name].data or "" for name in ("source", "amount", "currency")
        )
        costs.add_spend(experiment, access.person(), source, first, last, amount, currency)
    except Invalid as error:
        add_form_error(form, error)
        return _page(experiment, spend_form=form), 422
    flash("Costs added.")
    return redirect(url_for(".visitors", experiment_id=experiment.id, _anchor="costs"), 303)


@bp.post("/experiments/<int:experiment_id>/spend/<key>/delete")
@access.requires("edit")
def delete_spend(experiment_id: int, key: str) -> ResponseReturnValue:
    """Delete a line."""
    experiment = access.get(Experiment, experiment_id, "edit")
    costs.delete_spend(experiment, access.person(), key)
    flash("Costs deleted.")
    return redirect(url_for(".visitors", experiment_id=experiment_id, _anchor="costs"), 303)


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
            *(costs.CURRENCIES[line.currency].plain(line.amount), line.currency),
            *(line.person.name, line.at.isoformat()),
        )
        for line in costs.spends_of(experiment)
    ]
    return send_file(as_csv([head, *rows]), f"{file_stem(experiment)}-spend.csv")


@bp.route("/experiments/<int:experiment_id>/set-aside", methods=["GET", "POST"])
@access.requires("own")
@form_on(".visitors")
def set_aside(experiment_id: int) -> ResponseReturnValue:
    """Set a group aside, or include one."""
    experiment = access.get(Experiment, experiment_id, "own")
    form = AsideForm()
    try:
        group = _read(form.group.data or "")
        verbs.set_aside(experiment, access.person(), group, form.why.data or "")
    except Invalid as error:
        add_form_error(form, error)
        return _page(experiment, aside_form=form), 422
    return redirect(url_for(".visitors", experiment_id=experiment_id, _anchor="beside"), 303)


@bp.post("/experiments/<int:experiment_id>/set-aside/<int:number>/withdraw")
@access.requires("own")
def withdraw_aside(experiment_id: int, number: int) -> ResponseReturnValue:
    """Withdraw one of them."""
    experiment = access.get(Experiment, experiment_id, "own")
    verbs.take_back(experiment, access.person(), number)
    return redirect(url_for(".visitors", experiment_id=experiment_id, _anchor="log"), 303)


def _page(
    experiment: Experiment,
    *,
    spend_form: SpendForm | None = None,
    aside_form: AsideForm | None = None,
) -> str:
    if experiment.started_at is None:
        return tab_page("visitors", experiment)
    found, aside = results_and_aside(experiment, clock.now())
    choices, filters = segments.filters_of(found, request.args)
    log = verbs.settings_aside(experiment)
    return tab_page(
        "visitors",
        experiment,
        found,
        choices=choices,
        filters=filters,
        came=segments.who_came(experiment, found, filters),
        segments=segments,
        most_visited=segments.most_visited,
        spending=costs.spending_of(experiment),
        spend_form=spend_form or SpendForm(formdata=None),
        meaning_of=visitor_checks.meaning_of,
        excluded=EXCLUDED,
        of_one_network=rule_text.of_one_network(sealed_limits(experiment, found.life.now)),
        aside=aside,
        log=[(each, verbs.name_of(verbs.group_of(each), experiment.time_zone)) for each in log],
        aside_form=_aside_form(experiment, found, aside, aside_form),
    )


def _aside_form(
    experiment: Experiment, found: Results, aside: Aside | None, typed: AsideForm | None
) -> AsideForm:
    """The form that was sent, or an empty one; its groups are read only when they are asked for."""
    form = typed or AsideForm(formdata=None, data={"group": request.args.get("group", "")})
    form.group.choices = []
    is_asked = typed is not None or "group" in request.args
    if is_asked and access.has_permission("own"):
        if form.group.data == f"out:mark:{FOUND}":
            form.group.data = f"out:mark:{networks_found(experiment, aside, clock.now())}"
        stands = {
            verbs.group_of(each)
            for each in verbs.settings_aside(experiment)
            if not each.withdrawn_at
        }
        form.group.choices = _choices(experiment, found, stands, form.group.data or "")
    return form


def _choices(
    experiment: Experiment, results: Results, stands: set[VisitorGroup], chosen: str
) -> list[tuple[str, str]]:
    """The largest groups, and that which was chosen, as the form offers them."""
    zone = experiment.time_zone
    found = {size.group: _offered(size, zone) for size in largest_groups(experiment, MOST_SHOWN)}
    if experiment.purged_at is None:
        left_out = [
            (
                VisitorGroup("in", "reason", reason),
                sum(each.people for each in results.left_out[reason]),
            )
            for reason in verbs.REASONS
            if reason in results.left_out
        ]
        for group, people in (*left_out, *crowd_groups(experiment, MOST_SHOWN)):
            found[group] = _offered(GroupSize(group, people, 0), zone)
    if asked := _find_asked(experiment, chosen):
        rows = hours_of_groups(experiment, {0: asked})
        size = GroupSize(asked, people_seen(rows), sum(row.converted for row in rows))
        found = {asked: found.get(asked, _offered(size, zone))} | found
    possible = [(":".join(group), said) for group, said in found.items() if group not in stands]
    return [("", "Choose a group"), *possible] if possible else []


def _offered(size: GroupSize, zone: str) -> str:
    way = "Set aside" if size.group.direction == "out" else "Include"
    return f"{way}: {verbs.name_of(size.group, zone)} · {_size(size)}"


def _size(size: GroupSize) -> str:
    if size.group.direction == "in":
        return number_of(size.seen, "person", "people")
    if size.group.kind == "domain":
        return number_of(size.converted, "sign-up", "sign-ups")
    return trust.rate_of(size.converted, size.seen)


def _find_asked(experiment: Experiment, chosen: str) -> VisitorGroup | None:
    """The group that a link or the form before names; None unless there is one."""
    try:
        return verbs.check_group(experiment, _read(chosen)) if chosen else None
    except Refused:
        return None


def _read(text: str) -> VisitorGroup:
    direction, kind, value = (*text.split(":", 2), "", "", "")[:3]
    return VisitorGroup(direction, kind, value)  # type: ignore[arg-type]  # the verb looks at each
