"""A test that somebody thinks of, before there is one. Pure."""

from dataclasses import dataclass
from datetime import date

from wbtest.publishing.conversions import ACTS
from wbtest.publishing.rule import MOST_VARIANTS, Hypothesis

MOST_DAILY = 10_000_000
MOST_DAYS = 365
# Of a smaller one, one minus it is one to a computer; and no page has as many visitors.
LEAST_RISK = 1e-6


@dataclass(frozen=True, slots=True)
class Asked:
    """A test that somebody thinks of; what is None was not said.

    ``daily`` and the visitors at most and at least are those over all variants; ``do`` is what a
    visitor must do to count.
    """

    target: float
    floor: float
    alpha: float = 0.05
    beta: float = 0.05
    variants: int = 1
    daily: float | None = None
    minimum_visitors: int = 0
    minimum_days: int = 0
    maximum_visitors: int | None = None
    today: date | None = None
    ends_on: date | None = None
    do: str = ACTS["signup"].do

    @property
    def days(self) -> int | None:
        """The days until the last one, as the launch check counts them; None for none."""
        days = (self.ends_on - self.today).days if self.ends_on and self.today else 0
        return days if days > 0 else None

    @property
    def expected(self) -> int | None:
        """How many visitors come until the last day, None while that cannot be said."""
        return int(self.daily * self.days) if self.daily and self.days else None

    @property
    def counted(self) -> int | None:
        """How many of them the rule lets in."""
        known = [most for most in (self.expected, self.maximum_visitors) if most]
        return min(known, default=None)


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
        do=ACTS[rule.conversion].do,
    )


def find_fault(asked: Asked) -> str:
    """The sentence that says what cannot be planned with, or ''."""
    rates = (asked.target, asked.floor, asked.alpha, asked.beta)
    if not all(0 < rate < 1 for rate in rates):
        return "Give target, floor and risk as rates above 0 % and below 100 %."
    if min(asked.alpha, asked.beta) < LEAST_RISK:
        return f"Plan with risks of {100 * LEAST_RISK:.4f} % or more."
    if asked.floor >= asked.target:
        return "The floor must lie below the target."
    if not 1 <= asked.variants <= MOST_VARIANTS:
        return f"Plan with 1 to {MOST_VARIANTS} variants: an experiment has no more."
    if asked.daily is not None and not 1 <= asked.daily <= MOST_DAILY:
        return f"Give 1 to {MOST_DAILY:,} visitors a day, or leave it empty."
    if asked.maximum_visitors is not None and asked.maximum_visitors <= asked.minimum_visitors:
        return (
            f"The rule waits for {asked.minimum_visitors:,} visitors and stops at "
            f"{asked.maximum_visitors:,}. The most must be above the least."
        )
    if asked.minimum_days > MOST_DAYS:
        return f"Give 1 to {MOST_DAYS} days before any verdict."
    return ""
