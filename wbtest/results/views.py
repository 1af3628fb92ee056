"""What belongs to no single test: the planner.

An experiment's results stand in ``dashboard``: the first screen, the tabs behind it, the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.publishing.forms import whole_of
from wbtest.publishing.planner import PlanRequest, advise
from wbtest.publishing.rule import act_named
from wbtest.publishing.target_calculator import LOWER, TargetCalculation
from wbtest.team import access
from wbtest.team.mail_preferences import time_zones

bp = Blueprint("results", __name__)


@bp.get("/experiments/plan")
@access.requires("read")
def plan() -> ResponseReturnValue:
    """How many visitors and days a rule will take, for the page on which it is written."""
    try:
        asked = _asked(request.args)
    except ValueError:
        return jsonify(error="Give target, floor, visitors a day and variants as numbers."), 422
    advice = advise(asked)
    if advice.plan is None:
        return jsonify(error=" ".join(advice.warnings)), 422
    return jsonify(
        visitors=advice.plan.visitors,
        per_variant=advice.plan.per_variant,
        days=advice.plan.days,
        sentence=advice.sentence,
        holds=advice.holds,
        warnings=advice.warnings,
    )


@bp.get("/experiments/target")
@access.requires("read")
def target() -> ResponseReturnValue:
    """Which target three numbers ask for, for the same page; ``buy`` and ``target`` are shares."""
    given = request.args
    try:
        found = TargetCalculation(
            _whole(given, "customers"),
            _whole(given, "reachable"),
            float(given.get("buy", "")),
        )
        wanted = float(given.get("target") or "nan")
    except ValueError:
        return jsonify(error="Give customers, people and the share who buy as numbers."), 422
    if fault := found.find_fault():
        return jsonify(error=fault[1]), 422
    short = found.shortfall(wanted if 0 < wanted < 1 else found.target)
    return jsonify(
        target=found.target,
        sentence=found.sentence(act_named(given.get("conversion")).do),
        shortfall=f"{short} {LOWER}" if short else "",
    )


def _asked(given: Mapping[str, str]) -> PlanRequest:
    """The test that is asked about; what else the rule says is left out where it is no number yet.

    Whole numbers are read as the form reads them. Raises ValueError for a rate, visitors a day or
    variants that are none.
    """
    zone = given.get("time_zone", "")
    return PlanRequest(
        target=float(given.get("target", "")),
        floor=float(given.get("floor", "")),
        alpha=float(given.get("alpha", 0.05)),
        beta=float(given.get("beta", 0.05)),
        variants=_whole(given, "variants") if given.get("variants") else 1,
        daily=_whole(given, "daily") if given.get("daily", "").strip() else None,
        minimum_visitors=whole_of(given.get("minimum_visitors", "")) or 0,
        minimum_days=whole_of(given.get("minimum_days", "")) or 0,
        maximum_visitors=whole_of(given.get("maximum_visitors", "")),
        today=clock.now().astimezone(ZoneInfo(zone if zone in time_zones() else "UTC")).date(),
        ends_on=_day(given.get("ends_on", "")),
        do=act_named(given.get("conversion")).do,
    )


def _whole(given: Mapping[str, str], name: str) -> int:
    found = whole_of(given.get(name, ""))
    if found is None:
        raise ValueError(f"{name} is no whole number")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
