"""The page of every idea against its own bar, and the same as a file."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from wbtest.downloads import as_csv, send_file
from wbtest.extensions import clock
from wbtest.moments import read_one_moment
from wbtest.results.portfolio import chart
from wbtest.results.portfolio.exports import rows_of_ideas
from wbtest.results.portfolio.idea import STATES
from wbtest.results.portfolio.showing import Asked, every_row, portfolio_of
from wbtest.results.views import bp
from wbtest.team import access

LONGEST_SEARCH = 100


@bp.get("/portfolio")
@access.requires("read")
def portfolio() -> ResponseReturnValue:
    """Every idea, what needs the team first; a state, words and a page stand in the address."""
    read_one_moment()
    found = portfolio_of(_asked(), clock.now())
    tested = chart.tested(found.rows)
    return render_template(
        "results/portfolio/portfolio.html",
        found=found,
        states=STATES,
        now=clock.now(),
        figure=chart.intervals(found.rows) if tested else "",
        conclusion=chart.conclusion(found.rows) if tested else "",
    )


@bp.get("/portfolio.csv")
@access.requires("read")
def portfolio_csv() -> ResponseReturnValue:
    """All pages of the ideas that the same address shows, for a spreadsheet."""
    read_one_moment()
    now = clock.now()
    rows = rows_of_ideas(every_row(_asked(), now))
    return send_file(as_csv(rows), f"portfolio-{now:%Y%m%dT%H%M%SZ}.csv")


def _asked() -> Asked:
    """What the address asks for; what it cannot mean is left out."""
    words = " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
    state = next((each for each in STATES if each == request.args.get("state")), None)
    return Asked(state, words, request.args.get("page", 1, type=int))
