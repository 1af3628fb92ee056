"""Who left an address: the list for owners, its files, and addresses brought in from elsewhere."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.audience.signing.alarms import unusual_hours
from wbtest.audience.signing.bringing import Brought, bring_in
from wbtest.downloads import as_csv, send_file
from wbtest.publishing.models import Experiment
from wbtest.results.figures import sealed_rule
from wbtest.results.signup_files import signup_json, signup_rows
from wbtest.results.signup_list import count_signups, kinds, questions_of
from wbtest.results.signup_list import signups as listed_signups
from wbtest.results.views import bp
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.team.audit.taking import record_taken

SHOWN_SIGNUPS = 200


@bp.get("/experiments/<int:experiment_id>/signups")
@access.requires("own")
@access.proved("GET")
def signups(experiment_id: int) -> ResponseReturnValue:
    """Who left an address, the newest first."""
    return _page(access.get(Experiment, experiment_id, "own"))


@bp.get("/experiments/<int:experiment_id>/signups.csv")
@access.requires("own")
@access.proved("GET")
def signups_csv(experiment_id: int) -> ResponseReturnValue:
    """All sign-ups, sent while they are read."""
    experiment = access.get(Experiment, experiment_id, "own")
    listed = listed_signups(experiment, sealed_rule(experiment))
    rows = signup_rows(listed, questions_of(experiment))
    record_taken(experiment.workspace_id, "signups.exported", f"/p/{experiment.slug}")
    return send_file(as_csv(rows), f"{experiment.slug}-signups.csv")


@bp.get("/experiments/<int:experiment_id>/signups.json")
@access.requires("own")
@access.proved("GET")
def signups_json(experiment_id: int) -> ResponseReturnValue:
    """The same for programs."""
    experiment = access.get(Experiment, experiment_id, "own")
    lines = signup_json(listed_signups(experiment, sealed_rule(experiment)))
    record_taken(experiment.workspace_id, "signups.exported", f"/p/{experiment.slug}")
    return send_file(lines, f"{experiment.slug}-signups.json", "application/json")


@bp.post("/experiments/<int:experiment_id>/signups")
@access.requires("own")
@access.proved("POST")
def bring_signups_in(experiment_id: int) -> ResponseReturnValue:
    """Store addresses from a list; who had theirs erased stays out."""
    experiment = access.get(Experiment, experiment_id, "own")
    typed = request.form.get("addresses", "")
    try:
        brought = bring_in(experiment, typed)
    except Invalid as refused:
        return _page(experiment, typed, str(refused)), 422
    flash(_in_words(brought))
    return redirect(url_for(".signups", experiment_id=experiment_id), 303)


def _page(experiment: Experiment, typed: str = "", sentence: str = "") -> str:
    rule = sealed_rule(experiment)
    count, left = count_signups(experiment)
    return render_template(
        "results/signups.html",
        experiment=experiment,
        signups=list(listed_signups(experiment, rule, newest=SHOWN_SIGNUPS)),
        kinds=kinds(experiment),
        count=count,
        left=left,
        unusual=unusual_hours(experiment),
        typed=typed,
        sentence=sentence,
    )


def _in_words(brought: Brought) -> str:
    """What became of a list.

    >>> _in_words(Brought(2, 1, 1, 0))
    '2 addresses are new. 1 was here already. 1 was erased by its owner and stays out.'
    """
    new = "1 address is new." if brought.new == 1 else f"{brought.new:,} addresses are new."
    parts = [new]
    if brought.known:
        parts.append(f"{brought.known:,} {'was' if brought.known == 1 else 'were'} here already.")
    if brought.erased == 1:
        parts.append("1 was erased by its owner and stays out.")
    elif brought.erased:
        parts.append(f"{brought.erased:,} were erased by their owners and stay out.")
    if brought.wrong:
        lines = "1 line holds" if brought.wrong == 1 else f"{brought.wrong:,} lines hold"
        parts.append(f"{lines} no e-mail address.")
    return " ".join(parts)
