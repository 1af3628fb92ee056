"""What belongs to no single test: the planner, and how well the team guesses.

An experiment's results stand in ``dashboard``: the first screen, the tabs behind it, the files.
"""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.publishing.planning import plan_sentence
from wbtest.results import calibration
from wbtest.results.planner import plan as plan_for
from wbtest.team import access

bp = Blueprint("results", __name__)


@bp.get("/experiments/plan")
@access.requires("read")
def plan() -> ResponseReturnValue:
    """How many visitors and days a rule will take, for the page on which it is written."""
    given = request.args
    try:
        rates = {name: float(given.get(name, "")) for name in ("target", "floor")}
        rates |= {"alpha": float(given.get("alpha", 0.05)), "power": float(given.get("power", 0.8))}
        daily, variants = float(given.get("daily", "")), int(given.get("variants", 1))
    except ValueError:
        return jsonify(error="Give target, floor, daily and variants as numbers."), 422
    try:
        planned = plan_for(daily=daily, variants=variants, **rates)
    except (ValueError, OverflowError) as error:
        return jsonify(error=str(error)), 422
    return jsonify(
        visitors=planned.visitors,
        per_variant=planned.per_variant,
        days=planned.days,
        sentence=plan_sentence(planned, variants, int(daily)),
    )


@bp.get("/forecasts")
@access.requires("read")
def forecasts() -> ResponseReturnValue:
    """How well the team guesses, once tests are over."""
    tests = calibration.forecast_tests(access.workspace("read"), clock.now())
    return render_template(
        "results/forecasts.html",
        tests=tests,
        guessers=calibration.guessers(tests),
        sentence=calibration.sentence(tests) if tests else "",
    )
