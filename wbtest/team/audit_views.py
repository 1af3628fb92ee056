"""The audit log for owners: read, filtered, and downloaded as a file."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.team import access
from wbtest.team.audit import (
    KINDS,
    AuditFilter,
    describe_action,
    list_actors,
    list_lines,
    record_download,
)
from wbtest.team.login_views import bp
from wbtest.team.models import AuditLine
from wbtest.web import LARGEST_ID, as_csv, send_file

ON_A_PAGE = 15
COLUMNS = ("at", "who", "action", "about", "from", "said", "token")

bp.add_app_template_global(describe_action, "audit_in_words")


@bp.get("/settings/audit")
@access.requires("own")
def audit() -> ResponseReturnValue:
    """Who did what, the newest first; ``?person= &kind= &first= &last=`` narrow it down."""
    wanted = _wanted()
    before = request.args.get("before", type=_number)
    found = list(list_lines(wanted, before, ON_A_PAGE + 1))
    lines = found[:ON_A_PAGE]
    return render_template(
        "team/audit.html",
        lines=lines,
        days=[(day, list(of_day)) for day, of_day in groupby(lines, lambda line: line.at.date())],
        has_older=len(found) > ON_A_PAGE,
        is_newest=before is None,
        wanted=wanted,
        asked=_as_query(wanted),
        people=list_actors(),
        kinds=KINDS,
    )


@bp.get("/settings/audit.csv")
@access.requires("own")
def audit_csv() -> ResponseReturnValue:
    """The same lines, all of them, for a spreadsheet. The download is a line too."""
    record_download("audit.exported")
    name = f"audit-{clock.now():%Y%m%dT%H%M%SZ}.csv"
    return send_file(as_csv(_rows(list_lines(_wanted()))), name)


def _rows(lines: Iterator[AuditLine]) -> Iterator[Sequence[Any]]:
    yield COLUMNS
    for line in lines:
        at = line.at.isoformat(timespec="seconds")
        said = describe_action(line.action, line.about)
        yield at, line.who, line.action, line.about, line.network, said, line.token


def _wanted() -> AuditFilter:
    """What the address asks for; what cannot be read asks for nothing."""
    kind = request.args.get("kind", "")
    return AuditFilter(
        person_id=request.args.get("person", type=_number),
        kind=kind if kind in KINDS else "",
        first=request.args.get("first", type=date.fromisoformat),
        last=request.args.get("last", type=date.fromisoformat),
    )


def _number(text: str) -> int:
    """The number of a row; ValueError for what is none, which asks for nothing."""
    number = int(text)
    if not 0 < number <= LARGEST_ID:
        raise ValueError(text)
    return number


def _as_query(wanted: AuditFilter) -> dict[str, str]:
    asked = {
        "person": wanted.person_id,
        "kind": wanted.kind,
        "first": wanted.first,
        "last": wanted.last,
    }
    return {name: str(value) for name, value in asked.items() if value}
