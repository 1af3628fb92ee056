"""Sign-ups: the list for owners, and its files."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.audience.alarms import unusual_hours
from wbtest.audience.erasure import erase_for
from wbtest.publishing.lifecycle import file_stem
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_rule
from wbtest.results.signup_list import (
    count_signups,
    kinds,
    mailing_rows,
    questions_of,
    signup_json,
    signup_rows,
)
from wbtest.results.signup_list import signups as listed_signups
from wbtest.results.views import bp
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.team.audit import record_download
from wbtest.team.login_views import proved
from wbtest.web import as_csv, page_of, send_file

AT_ONCE = 50


@bp.get("/experiments/<int:experiment_id>/signups")
@access.requires("own")
@proved("GET")
def signups(experiment_id: int) -> ResponseReturnValue:
    """Sign-ups, newest first, a page at a time."""
    return _page(access.get(Experiment, experiment_id, "own"))


@bp.get("/experiments/<int:experiment_id>/signups.csv")
@access.requires("own")
@proved("GET")
def signups_csv(experiment_id: int) -> ResponseReturnValue:
    """All sign-ups, sent while they are read."""
    experiment = access.get(Experiment, experiment_id, "own")
    listed = listed_signups(experiment, sealed_rule(experiment))
    rows = signup_rows(listed, questions_of(experiment))
    record_download("signups.exported", f"/p/{experiment.slug}")
    return send_file(as_csv(rows), f"{file_stem(experiment)}-signups.csv")


@bp.get("/experiments/<int:experiment_id>/signups.json")
@access.requires("own")
@proved("GET")
def signups_json(experiment_id: int) -> ResponseReturnValue:
    """The same for programs."""
    experiment = access.get(Experiment, experiment_id, "own")
    lines = signup_json(listed_signups(experiment, sealed_rule(experiment)))
    record_download("signups.exported", f"/p/{experiment.slug}")
    return send_file(lines, f"{file_stem(experiment)}-signups.json", "application/json")


@bp.get("/experiments/<int:experiment_id>/signups/mailing.csv")
@access.requires("own")
@proved("GET")
def mailing_csv(experiment_id: int) -> ResponseReturnValue:
    """People who agreed to email, under headings that mailing tools know."""
    experiment = access.get(Experiment, experiment_id, "own")
    rows = mailing_rows(listed_signups(experiment, sealed_rule(experiment)), experiment.slug)
    record_download("signups.exported", f"/p/{experiment.slug}")
    return send_file(as_csv(rows), f"{file_stem(experiment)}-mailing.csv")


@bp.post("/experiments/<int:experiment_id>/signups/erase")
@access.requires("own")
@proved("POST")
def erase_signup(experiment_id: int) -> ResponseReturnValue:
    """Delete the data of somebody who asked the team for it."""
    experiment = access.get(Experiment, experiment_id, "own")
    typed = request.form.get("email", "")
    try:
        erase_for(experiment, access.person(), typed)
    except Invalid as refused:
        return _page(experiment, asked=typed, fault=str(refused)), 422
    flash("Personal data deleted.")
    return redirect(url_for(".signups", experiment_id=experiment_id), 303)


def _page(experiment: Experiment, asked: str = "", fault: str = "") -> str:
    rule = sealed_rule(experiment)
    numbers = count_signups(experiment)
    shown = page_of(numbers.here, AT_ONCE, request.args.get("page", 1, int))
    return render_template(
        "results/signups.html",
        experiment=experiment,
        signups=list(listed_signups(experiment, rule, shown)),
        shown=shown,
        kinds=kinds(experiment),
        count=numbers.here,
        left=numbers.left,
        asked_to_confirm=numbers.asked,
        unusual=unusual_hours(experiment),
        asked=asked,
        fault=fault,
    )
