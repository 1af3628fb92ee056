"""The figures as files: JSON for programs, CSV for a spreadsheet."""

from __future__ import annotations

import msgspec
from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from wbtest.downloads import as_csv, send_file
from wbtest.extensions import clock
from wbtest.moments import of_one_moment
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import file_stem
from wbtest.results.dashboard.files import FILES
from wbtest.results.dashboard.who_came import filters_of
from wbtest.results.exports import MORE_TABLES, TABLES, Rows
from wbtest.results.figures import check_started, results_of
from wbtest.results.figures_json import results_json as as_json
from wbtest.results.views import bp
from wbtest.team import access


@bp.get("/experiments/<int:experiment_id>/results.json")
@of_one_moment
@access.requires("read")
def results_json(experiment_id: int) -> ResponseReturnValue:
    """The figures for programs."""
    experiment = access.get(Experiment, experiment_id, "read")
    found = as_json(results_of(experiment, clock.now()))
    return Response(msgspec.json.encode(found), mimetype="application/json")


@bp.get("/experiments/<int:experiment_id>/results.csv")
@of_one_moment
@access.requires("read")
def results_csv(experiment_id: int) -> ResponseReturnValue:
    """The figures for a spreadsheet; ``?table=`` says which, by day and variant without it.

    What the tabs filter is filtered here by the same address.
    """
    experiment = access.get(Experiment, experiment_id, "read")
    table = request.args.get("table", "days")
    # Read here, where all is of one moment: a file is sent once that is over.
    rows = [*_rows(experiment, table)]
    return send_file(
        as_csv(rows), f"{file_stem(experiment)}-{table}-{clock.now():%Y%m%dT%H%M%SZ}.csv"
    )


def _rows(experiment: Experiment, table: str) -> Rows:
    if table in MORE_TABLES:
        check_started(experiment)
        return MORE_TABLES[table](experiment)
    if table not in TABLES and table not in FILES:
        abort(400)
    found = results_of(experiment, clock.now())
    _, filters = filters_of(found, request.args)
    if table in TABLES and not (table in FILES and filters.is_asked):
        return TABLES[table](found)
    return FILES[table](experiment, found, filters)
