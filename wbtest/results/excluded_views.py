"""Who was left out and why; owners may set a group aside or take one in, and say why."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.audience import setting_aside as verbs
from wbtest.audience.group_counts import (
    GroupSize,
    VisitorGroup,
    crowd_groups,
    hours_of_groups,
    largest_groups,
    people_seen,
)
from wbtest.audience.setting_aside import check_group, group_of, name_of, settings_aside
from wbtest.database import read_one_moment
from wbtest.extensions import clock
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import EXCLUDED
from wbtest.results.figures import Results
from wbtest.results.forms import AsideForm
from wbtest.results.set_aside import networks_found, results_and_aside
from wbtest.results.trust import rate_of
from wbtest.results.views import bp
from wbtest.results.visitor_checks import meaning_of
from wbtest.store import Invalid, Refused
from wbtest.team import access
from wbtest.web import number_of

# Of each kind.
MOST_SHOWN = 8
# What a link to this page may choose beforehand: the direction and kind of each name.
LINKS = {
    "mark": ("out", "mark"),
    "hour": ("out", "hour"),
    "domain": ("out", "domain"),
    "source": ("out", "source"),
    "crowd": ("in", "mark"),
    "reason": ("in", "reason"),
}

# The mark that stands for the networks that the check of networks names.
FOUND = "found"


@bp.get("/experiments/<int:experiment_id>/excluded")
@access.requires("read")
def excluded(experiment_id: int) -> ResponseReturnValue:
    """Every reason with its counts, the figures beside the sealed ones, and the log of groups."""
    read_one_moment()
    experiment = access.get(Experiment, experiment_id, "read")
    form = AsideForm(formdata=None)
    if chosen := next((name for name in LINKS if request.args.get(name)), None):
        form.group.data = ":".join((*LINKS[chosen], request.args[chosen]))
    return _page(experiment, form)


@bp.post("/experiments/<int:experiment_id>/set-aside")
@access.requires("own")
def set_aside(experiment_id: int) -> ResponseReturnValue:
    """Set a group aside, or take one in."""
    experiment = access.get(Experiment, experiment_id, "own")
    form = AsideForm()
    try:
        group = _read(form.group.data or "")
        verbs.set_aside(experiment, access.person(), group, form.why.data or "")
    except Invalid as error:
        form[error.field].errors = [str(error)]
        return _page(experiment, form), 422
    address = url_for(".excluded", experiment_id=experiment_id, _anchor="beside")
    return redirect(address, 303)


@bp.post("/experiments/<int:experiment_id>/set-aside/<int:number>/withdraw")
@access.requires("own")
def withdraw_aside(experiment_id: int, number: int) -> ResponseReturnValue:
    """Withdraw one of them."""
    experiment = access.get(Experiment, experiment_id, "own")
    verbs.take_back(experiment, access.person(), number)
    return redirect(url_for(".excluded", experiment_id=experiment_id, _anchor="log"), 303)


def _page(experiment: Experiment, form: AsideForm) -> str:
    results, aside = results_and_aside(experiment, clock.now())
    if form.group.data == f"out:mark:{FOUND}":
        form.group.data = f"out:mark:{networks_found(experiment, aside, clock.now())}"
    log = settings_aside(experiment)
    form.group.choices = []
    if access.has_permission("own"):
        stands = {group_of(each) for each in log if each.withdrawn_at is None}
        form.group.choices = _choices(experiment, results, stands, form.group.data or "")
    return render_template(
        "results/excluded.html",
        experiment=experiment,
        results=results,
        rule=results.rule,
        what_is_excluded=EXCLUDED,
        meaning_of=meaning_of,
        aside=aside,
        log=[(each, name_of(group_of(each), experiment.time_zone)) for each in log],
        form=form,
    )


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
    way = "Set aside" if size.group.direction == "out" else "Take in"
    return f"{way}: {name_of(size.group, zone)} · {_size(size)}"


def _size(size: GroupSize) -> str:
    if size.group.direction == "in":
        return number_of(size.seen, "person", "people")
    if size.group.kind == "domain":
        return number_of(size.converted, "sign-up", "sign-ups")
    return rate_of(size.converted, size.seen)


def _find_asked(experiment: Experiment, chosen: str) -> VisitorGroup | None:
    """The group that a link or the form before names; None unless there is one."""
    try:
        return check_group(experiment, _read(chosen)) if chosen else None
    except Refused:
        return None


def _read(text: str) -> VisitorGroup:
    direction, kind, value = (*text.split(":", 2), "", "", "")[:3]
    return VisitorGroup(direction, kind, value)  # type: ignore[arg-type]  # the verb looks at each
