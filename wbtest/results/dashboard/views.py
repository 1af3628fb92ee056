"""The tabs behind the first screen, each with an address of its own, and what its script asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.moments import of_one_moment
from wbtest.publishing.choices.options import from_json as read_options
from wbtest.publishing.conversions import ACTS
from wbtest.publishing.models import Experiment
from wbtest.results import charts, conclusions, in_words, traffic_charts
from wbtest.results.annotating.notes import notes_of
from wbtest.results.dashboard import segment_charts, segment_words
from wbtest.results.dashboard.course import course_of
from wbtest.results.dashboard.course_chart import course as course_chart
from wbtest.results.dashboard.densities import densities
from wbtest.results.dashboard.density_chart import beliefs
from wbtest.results.dashboard.said import answers_of, asked_on_page
from wbtest.results.dashboard.segments import most_visited
from wbtest.results.dashboard.shown import shown
from wbtest.results.dashboard.who_came import days_of, filters_of
from wbtest.results.dashboard.who_came import who_came as segments_of
from wbtest.results.drawing import moments_in_words
from wbtest.results.figures import Results, judged, results_of
from wbtest.results.reading import reading_of
from wbtest.results.views import bp
from wbtest.team import access

More = Callable[[Experiment, Results], dict[str, Any]]


@bp.get("/experiments/<int:experiment_id>/results/over-time")
@of_one_moment
@access.requires("read")
def over_time(experiment_id: int) -> ResponseReturnValue:
    """The evidence against its line, the course of the rates, and what came on each day."""
    return _tab("over_time", experiment_id, _over_time)


@bp.get("/experiments/<int:experiment_id>/results/who-came")
@of_one_moment
@access.requires("read")
def who_came(experiment_id: int) -> ResponseReturnValue:
    """Visitors by source, device, language, weekday and hour; exploratory."""
    return _tab("who_came", experiment_id, _who_came)


@bp.get("/experiments/<int:experiment_id>/results/what-they-said")
@of_one_moment
@access.requires("read")
def what_they_said(experiment_id: int) -> ResponseReturnValue:
    """Answers after the sign-up, questions of visitors, and what they read."""
    return _tab("what_they_said", experiment_id, _what_they_said)


@bp.get("/experiments/<int:experiment_id>/results/for-information")
@of_one_moment
@access.requires("read")
def for_information(experiment_id: int) -> ResponseReturnValue:
    """What is right for one look planned in advance."""
    return _tab("for_information", experiment_id, _for_information)


@bp.get("/experiments/<int:experiment_id>/results/now.json")
@of_one_moment
@access.requires("read")
def results_now(experiment_id: int) -> ResponseReturnValue:
    """How many there are by now, for a page that is open and wants to say so."""
    found = judged(access.get(Experiment, experiment_id, "read"), clock.now())
    return jsonify(
        as_of=found.life.now.isoformat(),
        seen=found.everybody.seen,
        signups=found.everybody.converted,
        verdict=in_words.badge(found).text,
    )


def _tab(name: str, experiment_id: int, more: More) -> ResponseReturnValue:
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return render_template("results/not_started.html", experiment=experiment)
    found = results_of(experiment, clock.now())
    return render_template(
        f"results/dashboard/{name}.html",
        tab=name,
        charts=charts,
        conclusions=conclusions,
        **(shown(experiment, found) | more(experiment, found)),
    )


def _filtered(found: Results) -> dict[str, Any]:
    choices, filters = filters_of(found, request.args)
    return {"choices": choices, "filters": filters}


def _over_time(experiment: Experiment, found: Results) -> dict[str, Any]:
    filtered = _filtered(found)
    points, notes = course_of(found), notes_of(experiment)[::-1]
    # That the test began is where every chart begins.
    drawn = [note for note in notes if note.number]
    return filtered | {
        "notes": notes,
        "drawn": drawn,
        "days": days_of(experiment, found, filtered["filters"]),
        "points": points,
        "whens": moments_in_words([point.at for point in points[0]], experiment.time_zone),
        "course": course_chart(found, points, drawn),
        "traffic_charts": traffic_charts,
    }


def _who_came(experiment: Experiment, found: Results) -> dict[str, Any]:
    filtered = _filtered(found)
    return filtered | {
        "came": segments_of(experiment, found, filtered["filters"]),
        "segment_charts": segment_charts,
        "segment_words": segment_words,
        "most_visited": most_visited,
    }


def _what_they_said(experiment: Experiment, _found: Results) -> dict[str, Any]:
    return {
        "answers": answers_of(experiment),
        "asked": asked_on_page(experiment),
        "asked_for": {step: ACTS[step].did for step in read_options(experiment.options).asks_for},
        "reading": reading_of(experiment),
    }


def _for_information(_experiment: Experiment, found: Results) -> dict[str, Any]:
    known = densities(found)
    return {"densities": known, "beliefs": beliefs(found, known)}
