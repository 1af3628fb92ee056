"""How long a test will take, by the planner that a later area hands to the app."""

from datetime import date

from wbtest.publishing.advice import Advice, advise
from wbtest.publishing.asked import Asked, Plan, plan_for
from wbtest.publishing.rule import Hypothesis
from wbtest.runtime import runtime


def find_plan(target: float, floor: float, alpha: float, variants: int) -> Plan | None:
    """Return the plan, or None for values that cannot be planned with."""
    asked = Asked(target, floor, alpha, variants=variants)
    try:
        return plan_for(asked, runtime().hooks.planner)
    except ValueError:
        return None


def advice_on(asked: Asked) -> Advice:
    """Return what such a test takes and what speaks against it."""
    return advise(asked, runtime().hooks.planner)


def asked_by(rule: Hypothesis, *, variants: int, daily: float | None, today: date) -> Asked:
    """Return the test that a rule asks for, with ``daily`` visitors over all variants."""
    return Asked(
        rule.target,
        rule.floor,
        rule.alpha,
        rule.beta,
        variants=variants,
        daily=daily,
        minimum_visitors=rule.minimum_visitors,
        minimum_days=rule.minimum_days,
        maximum_visitors=rule.maximum_visitors,
        today=today,
        ends_on=rule.ends_on,
    )
