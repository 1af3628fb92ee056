"""The page that says who waits for whom."""

from itertools import groupby

from flask import render_template
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.review.views import bp
from wbtest.review.waiting.facts import waits_in
from wbtest.team import access


@bp.get("/waiting")
@access.requires("read")
def waiting() -> ResponseReturnValue:
    """What waits for the asking person, then for everybody else."""
    waits = waits_in(access.workspace("read"))
    me = access.person().id
    others = sorted(
        (wait for wait in waits if wait.who.person_id != me),
        key=lambda wait: (wait.who.name.casefold(), wait.who.person_id or 0),
    )
    return render_template(
        "review/waiting.html",
        mine=[wait for wait in waits if wait.who.person_id == me],
        others=[(who, list(group)) for who, group in groupby(others, lambda wait: wait.who)],
        now=clock.now(),
    )


def count_waiting_for_me() -> int:
    """How much waits for the asking person in the workspace they are in."""
    me = access.person().id
    return sum(wait.who.person_id == me for wait in waits_in(access.workspace("read")))
