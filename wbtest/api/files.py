"""Rows that are sent while they are read: as CSV for a spreadsheet, as NDJSON for programs."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, request

from wbtest.downloads import as_csv, as_ndjson, send_file
from wbtest.moments import read_one_moment
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import file_stem
from wbtest.publishing.running.seals import sealed_rule
from wbtest.results.exports import EVENT_COLUMNS, event_rows
from wbtest.results.signup_list import questions_of, signup_records, signup_rows, signups
from wbtest.store import Refused
from wbtest.team import access
from wbtest.team.audit.taking import record_taken

NDJSON, CSV = "application/x-ndjson", "text/csv"


class NoSuchKind(Refused):
    """Rows that are wanted as a kind of file that is not made."""

    status = 406

    def __init__(self) -> None:
        super().__init__(f"These rows come as {NDJSON} or {CSV}. Name one of them in Accept.")


def sends_rows(function: Callable[[int], Response]) -> Callable[[int], Response]:
    """Declare of which kinds the answer may be, for the description."""
    function.media_types = (NDJSON, CSV)  # type: ignore[attr-defined]
    return function


@sends_rows
def get_signups(experiment_id: int) -> Response:
    """Every address with the record of its consent; the audit log says who took them."""
    experiment, kind = _taken(experiment_id, "signups.exported")
    found = signups(experiment, sealed_rule(experiment))
    if kind == CSV:
        rows = signup_rows(found, questions_of(experiment))
        return send_file(as_csv(rows), f"{file_stem(experiment)}-signups.csv")
    return send_file(
        as_ndjson(signup_records(found)), f"{file_stem(experiment)}-signups.ndjson", NDJSON
    )


@sends_rows
def get_events(experiment_id: int) -> Response:
    """Every visit, sighting and sign-up, without addresses, to count them once more."""
    experiment, kind = _taken(experiment_id, "events.exported")
    rows = event_rows(experiment)
    if kind == CSV:
        return send_file(as_csv(_headed(rows)), f"{file_stem(experiment)}-events.csv")
    records = (dict(zip(EVENT_COLUMNS, row, strict=True)) for row in rows)
    return send_file(as_ndjson(records), f"{file_stem(experiment)}-events.ndjson", NDJSON)


def _taken(experiment_id: int, action: str) -> tuple[Experiment, str]:
    """The experiment whose rows are taken away now, and as which kind of file."""
    experiment = access.get(Experiment, experiment_id, "own")
    wanted = request.accept_mimetypes
    kind = wanted.best_match((NDJSON, CSV)) if wanted else NDJSON
    if kind is None:
        raise NoSuchKind
    record_taken(action, f"/p/{experiment.slug}")
    read_one_moment()
    return experiment, kind


def _headed(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    yield EVENT_COLUMNS
    yield from rows
