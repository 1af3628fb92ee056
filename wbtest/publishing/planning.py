"""How long a test will take, by the planner that a later area hands to the app."""

from typing import Protocol

from flask import current_app

from wbtest.publishing import in_words

POWER = 0.8


class Plan(Protocol):
    """What a test needs: ``visitors`` at most over all variants, ``per_variant`` as a rule."""

    @property
    def visitors(self) -> int: ...

    @property
    def per_variant(self) -> int: ...


class Planner(Protocol):
    """Rates are fractions, ``daily`` are visitors over all variants."""

    def __call__(
        self,
        *,
        target: float,
        floor: float,
        alpha: float,
        power: float,
        daily: float,
        variants: int,
    ) -> Plan: ...


def find_plan(
    target: float, floor: float, alpha: float, variants: int, daily: int | None = None
) -> Plan | None:
    """Return the plan, or None without a planner or for values that cannot be planned with."""
    planner: Planner | None = current_app.extensions.get("wbtest.planner")
    if planner is None:
        return None
    try:
        return planner(
            target=target,
            floor=floor,
            alpha=alpha,
            power=POWER,
            daily=daily or 1,
            variants=variants,
        )
    except ValueError:
        return None


def plan_sentence(plan: Plan, variants: int, daily: int | None) -> str:
    """Return the plan in words."""
    return in_words.plan_sentence(variants * plan.per_variant, plan.visitors, daily)
