"""A target worked out from what the business needs: three numbers that nobody knows yet. Pure.

They belong to the rule, are sealed with it, and stand beside its release as assumptions until
somebody says what became of them.
"""

from collections.abc import Iterator
from math import inf

from msgspec import Struct

from wbtest.writing.text_rules import find_fault

LONGEST_SOURCE = 500
MOST_PEOPLE = 999_999_999
# Fewer than one visitor in so many is nothing that a page could show.
RAREST = 10_000
# How far a rate that is typed may be from the one that is worked out.
ROUNDED = 0.01
LOWER = "Raise the target, or change the numbers to show why less is enough."
# From here on it is said how rare such pages are.
MANY = 0.3
RARE = "That is a lot: half of 41,000 landing pages stay below 6.6% (Unbounce, 2024)."


class TargetCalculation(Struct, frozen=True, forbid_unknown_fields=True):
    """Customers needed, people that can be brought to the page, share of sign-ups who would buy.

    Each with where it comes from, in the team's own words; '' while nobody said.
    """

    customers: int
    reachable: int
    buy: float
    customers_from: str = ""
    reachable_from: str = ""
    buy_from: str = ""

    @property
    def rate(self) -> float:
        """The share of visitors who must sign up, as ``target_rate`` has it."""
        return target_rate(self.customers, self.reachable, self.buy)

    @property
    def target(self) -> float:
        """The rate in three digits, as it is typed: below 1 in any case."""
        return min(float(f"{self.rate:.3g}"), 0.999)

    def demands(self) -> Iterator[tuple[str, bool, str]]:
        """Each demand as field, whether it is met, and the sentence for when it is not."""
        for name in ("customers", "reachable"):
            is_right = 1 <= getattr(self, name) <= MOST_PEOPLE
            yield name, is_right, f"Give a number from 1 to {MOST_PEOPLE:,}."
        yield "buy", 0 < self.buy <= 1, "Give a share above 0% and up to 100%."
        for name in ("customers_from", "reachable_from", "buy_from"):
            fault = find_fault(getattr(self, name), LONGEST_SOURCE)
            yield name, not fault, fault
        yield "customers", self.rate < 1, self._too_many()
        yield (
            "reachable",
            self.rate >= 1 / RAREST,
            f"Fewer than one visitor in {RAREST:,} would have to do it, and no page has enough "
            "visitors to show that. Count only people you’ll really bring there.",
        )

    def find_fault(self) -> tuple[str, str] | None:
        """The first field that is not as it must be, with the sentence that says why, or None."""
        return next(
            ((field, said) for field, is_right, said in self.demands() if not is_right), None
        )

    def sentence(self, do: str) -> str:
        """What the three numbers ask of the page, when it can be asked; ``do`` is what counts."""
        said = f"By these numbers, {_percent(self.target)} of visitors must {do}."
        if self.rate >= MANY:
            said += f" {RARE}"
        return said

    def shortfall(self, target: float) -> str:
        """What a ``target`` below the rate would leave the business short of, or ''."""
        # As many as the rounding of the rate may cost are no shortfall.
        if target >= (1 - ROUNDED) * self.rate:
            return ""
        bought = int(self.reachable * target * self.buy)
        return (
            f"A target of {_percent(target)} would bring about {bought:,} of the "
            f"{self.customers:,} customers you need: the numbers behind it call for "
            f"{_percent(self.target)}."
        )

    def is_followed_by(self, target: float) -> bool:
        """Whether a ``target`` is what the numbers ask for, as far as rates are rounded."""
        return abs(target - self.rate) <= ROUNDED * self.rate

    def assumed(self, acts: str) -> tuple[tuple[str, str], ...]:
        """Each number in words, as a team may confirm or refute it, with where it comes from.

        ``acts`` is what the rule counts, as a noun.
        """
        return (
            (f"{_counted(self.customers, 'customer')} needed", self.customers_from),
            (f"{_counted(self.reachable, 'person', 'people')} reachable", self.reachable_from),
            (f"{_percent(self.buy)} of {acts} buy", self.buy_from),
        )

    def _too_many(self) -> str:
        bought = int(self.reachable * self.buy)
        said = (
            f"Even if all {self.reachable:,} did it, {bought:,} would buy, and you need "
            f"{self.customers:,}."
            if bought < self.customers
            else f"All {self.reachable:,} would have to do it."
        )
        return f"{said} Find more people to reach, or a way to manage with fewer customers."


def target_rate(customers: float, reachable: float, buy: float) -> float:
    """Return the share of visitors who must sign up so that enough of them buy.

    customers ÷ reachable ÷ buy: how many customers the business needs, how many people it can bring
    to the page, and which share of those who sign up will buy. Each is an assumption, so the rate
    is as good as the worst of them. A rate of 1 or more says that it cannot be done. Raises
    ValueError unless the first two are above 0 and finite and ``buy`` is above 0 and at most 1.

    >>> round(target_rate(customers=400, reachable=25_000, buy=0.2), 4)
    0.08
    """
    for name, number in (("customers", customers), ("reachable people", reachable)):
        if not 0 < number < inf:
            raise ValueError(f"{name} must be above 0, not {number}")
    if not 0 < buy <= 1:
        raise ValueError(f"the share who buy must be above 0 and at most 1, not {buy}")
    return customers / reachable / buy


def _percent(rate: float) -> str:
    return f"{100 * rate:.6g}%"


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
