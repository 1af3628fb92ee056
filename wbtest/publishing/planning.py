"""How long a test will take, by the planner that a later area hands to the app."""

from flask import current_app

from wbtest.publishing.advice import Advice, Asked, Plan, Planner, advise, plan_for


def find_plan(target: float, floor: float, alpha: float, variants: int) -> Plan | None:
    """Return the plan, or None without a planner or for values that cannot be planned with."""
    planner = _find_planner()
    try:
        return plan_for(Asked(target, floor, alpha, variants), planner) if planner else None
    except ValueError:
        return None


def advice_on(asked: Asked) -> Advice:
    """Return what such a test takes and what speaks against it; empty without a planner."""
    planner = _find_planner()
    return advise(asked, planner) if planner else Advice("")


def _find_planner() -> Planner | None:
    found: Planner | None = current_app.extensions.get("wbtest.planner")
    return found
