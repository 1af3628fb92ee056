"""Who left an address: the list for owners, its files, and where people come in from a list."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest import http
from wbtest.audience.leaving.erasures import erase_for
from wbtest.audience.lists.choosing import kept_of, lists_of, questions_of, upload
from wbtest.audience.lists.reading import LARGEST
from wbtest.audience.signing.alarms import unusual_hours
from wbtest.downloads import as_csv, send_file
from wbtest.publishing.models import Experiment
from wbtest.results.figures import sealed_rule
from wbtest.results.signup_files import mailing_rows, signup_json, signup_rows
from wbtest.results.signup_list import came_by_themselves, count_signups, kinds
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
    rows = signup_rows(listed, questions_of(experiment), kept_of(experiment))
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


@bp.get("/experiments/<int:experiment_id>/signups/mailing.csv")
@access.requires("own")
@access.proved("GET")
def mailing_csv(experiment_id: int) -> ResponseReturnValue:
    """Whoever agreed to mail, under headings that mailing tools know."""
    experiment = access.get(Experiment, experiment_id, "own")
    rows = mailing_rows(listed_signups(experiment, sealed_rule(experiment)), experiment.slug)
    record_taken(experiment.workspace_id, "signups.exported", f"/p/{experiment.slug}")
    return send_file(as_csv(rows), f"{experiment.slug}-mailing.csv")


@bp.post("/experiments/<int:experiment_id>/signups")
@access.requires("own")
@access.proved("POST")
def upload_list(experiment_id: int) -> ResponseReturnValue:
    """Keep a list until somebody said what its columns hold; nobody is brought in yet."""
    experiment = access.get(Experiment, experiment_id, "own")
    typed = request.form.get("addresses", "")
    file = request.files.get("file")
    is_file = file is not None and bool(file.filename)
    content = file.stream.read(LARGEST + 1) if file and is_file else typed.encode()
    try:
        if len(content) > LARGEST:
            raise Invalid("file", f"The file is larger than {LARGEST >> 20} MB. Cut it in two.")
        name = (file.filename or "") if file and is_file else ""
        brought = upload(experiment, access.person(), name, content)
    except Invalid as refused:
        return _page(experiment, typed, str(refused)), 422
    place = url_for(".brought_list", experiment_id=experiment_id, number=brought.number)
    return redirect(place, 303)


@bp.post("/experiments/<int:experiment_id>/signups/erase")
@access.requires("own")
@access.proved("POST")
def erase_signup(experiment_id: int) -> ResponseReturnValue:
    """Erase an address for whoever asked somebody of the team for it."""
    experiment = access.get(Experiment, experiment_id, "own")
    typed = request.form.get("email", "")
    try:
        erase_for(experiment, access.person(), typed)
    except Invalid as refused:
        return _page(experiment, asked=typed, fault=str(refused)), 422
    flash("The address is erased, and stays out of lists. No count changes.")
    return redirect(url_for(".signups", experiment_id=experiment_id), 303)


# With some room for the rest of the form.
upload_list.longest_body = LARGEST + http.LONGEST_BODY  # type: ignore[attr-defined]


def _page(
    experiment: Experiment,
    typed: str = "",
    sentence: str = "",
    asked: str = "",
    fault: str = "",
) -> str:
    rule = sealed_rule(experiment)
    numbers = count_signups(experiment)
    newest = listed_signups(experiment, rule, SHOWN_SIGNUPS, came_by_themselves())
    return render_template(
        "results/signups.html",
        experiment=experiment,
        signups=list(newest),
        kinds=kinds(experiment),
        count=numbers.by_themselves,
        on_lists=numbers.with_lists,
        left=numbers.left,
        asked_to_confirm=numbers.asked,
        unusual=unusual_hours(experiment),
        lists=lists_of(experiment),
        largest=LARGEST >> 20,
        typed=typed,
        sentence=sentence,
        asked=asked,
        fault=fault,
    )
