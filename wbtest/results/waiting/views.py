"""What needs the asking person, and who waits for whom."""

from itertools import groupby

from flask import render_template
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.results.views import bp
from wbtest.results.waiting.facts import waits_for, waits_in
from wbtest.team import access


@bp.get("/needs-you")
@access.requires("read")
def needs_you() -> ResponseReturnValue:
    """What needs the asking person."""
    return render_template(
        "results/waiting/needs_you.html", waits=waits_for(access.membership()), now=clock.now()
    )


@bp.get("/waiting")
@access.requires("read")
def waiting() -> ResponseReturnValue:
    """Whom the team waits for, but for the asking person: that is a page of its own."""
    waits = waits_in()
    me = access.person().id
    others = sorted(
        (wait for wait in waits if wait.who.person_id != me),
        key=lambda wait: (wait.who.name.casefold(), wait.who.person_id or 0),
    )
    return render_template(
        "results/waiting/waiting.html",
        mine=len(waits_for(access.membership(), waits)),
        others=[(who, list(group)) for who, group in groupby(others, lambda wait: wait.who)],
        now=clock.now(),
    )


def count_needs_me() -> int:
    """How much needs the asking person."""
    return len(waits_for(access.membership()))
