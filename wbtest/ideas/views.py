"""Every idea, as a list by stage or as a chart, with what waits for whom."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from wbtest.database import read_one_moment
from wbtest.decisions.learning_cards import lessons_of
from wbtest.extensions import clock
from wbtest.ideas import idea_chart
from wbtest.ideas.idea import STATES
from wbtest.ideas.idea_file import rows_of_ideas
from wbtest.ideas.idea_list import IdeaFilter, every_row, list_ideas, portfolio_of
from wbtest.ideas.onboarding_status import find_path
from wbtest.ideas.stages import STAGES as STAGE_NAMES
from wbtest.ideas.todo_queries import waits_for, waits_in
from wbtest.ideas.waiting_count import keep_count
from wbtest.publishing.models import Experiment
from wbtest.publishing.views import show_experiment
from wbtest.results import calibration
from wbtest.team import access
from wbtest.web import as_csv, page_of, send_file

LONGEST_SEARCH = 100
LEARNINGS_AT_ONCE = 20

bp = Blueprint("ideas", __name__)


@bp.get("/ideas")
@access.requires("read")
def ideas() -> ResponseReturnValue:
    """What waits for the asking person, and every idea by stage; with ``view=chart`` on a chart.

    A new member sees the first steps above them, and so does who asks with ``view=steps``.
    """
    read_one_moment()
    if request.args.get("view") == "chart":
        return _chart()
    now, me = clock.now(), access.person().id
    words, waits = _words(), waits_in()
    mine = waits_for(access.membership(), waits)
    keep_count(len(mine))
    others = sorted(
        (wait for wait in waits if wait.who.person_id != me),
        key=lambda wait: (wait.who.name.casefold(), wait.who.person_id or 0),
    )
    return render_template(
        "ideas/ideas.html",
        path=find_path(access.membership(), is_asked_for=request.args.get("view") == "steps"),
        found=list_ideas(words, request.args.get("page", 1, type=int), now),
        stages=STAGE_NAMES,
        words=words,
        mine=mine,
        others=[(who, list(group)) for who, group in groupby(others, lambda wait: wait.who)],
        now=now,
    )


def _chart() -> str:
    """Every idea against its target, what needs the team first."""
    found = portfolio_of(_asked(), clock.now())
    tested = idea_chart.tested(found.rows)
    return render_template(
        "ideas/chart.html",
        found=found,
        states=STATES,
        now=clock.now(),
        figure=idea_chart.intervals(found.rows) if tested else "",
        conclusion=idea_chart.conclusion(found.rows) if tested else "",
    )


@bp.get("/ideas/done")
@access.requires("read")
def done() -> ResponseReturnValue:
    """What tests taught, and how well the team guesses."""
    read_one_moment()
    words, lessons = _words(), lessons_of()
    written = [lesson for lesson in lessons if lesson.is_written]
    unwritten = [lesson for lesson in lessons if not lesson.is_written]
    found = [lesson for lesson in written if lesson.mentions(words)]
    page = page_of(len(found), LEARNINGS_AT_ONCE, request.args.get("page", 1, type=int))
    tests = calibration.forecast_tests(clock.now())
    return render_template(
        "ideas/done.html",
        words=words,
        found=found[page.first : page.end],
        count=len(found),
        total=len(written),
        shown=page,
        unwritten=unwritten[:LEARNINGS_AT_ONCE],
        count_unwritten=len(unwritten),
        tests=tests,
        guessers=calibration.guessers(tests),
        sentence=calibration.sentence(tests) if tests else "",
    )


@bp.get("/ideas.csv")
@access.requires("read")
def ideas_csv() -> ResponseReturnValue:
    """All pages of the ideas that the same address shows, for a spreadsheet."""
    read_one_moment()
    now = clock.now()
    rows = rows_of_ideas(every_row(_asked(), now))
    return send_file(as_csv(rows), f"ideas-{now:%Y%m%dT%H%M%SZ}.csv")


def _asked() -> IdeaFilter:
    """What the address asks for; what it cannot mean is left out."""
    state = next((each for each in STATES if each == request.args.get("state")), None)
    return IdeaFilter(state, _words(), request.args.get("page", 1, type=int))


@bp.get("/experiments/<int:experiment_id>")
@access.requires("read")
def experiment(experiment_id: int) -> ResponseReturnValue:
    """What is tested, by which rule, on which page, and for which visitors."""
    return show_experiment(access.get(Experiment, experiment_id, "read"))


def _words() -> str:
    """The words that are searched for, '' for none."""
    return " ".join(request.args.get("q", "").split())[:LONGEST_SEARCH]
