"""Prices in a text: how much, in which money and for what (a month, once). Pure."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from wbtest.writing.coach.meanings import meaning
from wbtest.writing.coach.numbers import numbers_in, pairs_of


class Offer(NamedTuple):
    """A price: characters ``start`` to ``end``; ``period`` is '' where none is said."""

    start: int
    end: int
    amount: Decimal
    currency: str
    period: str


def offers_in(text: str, language: str) -> Iterator[Offer]:
    """Yield the prices of a text, in order.

    >>> [(str(o.amount), o.currency, o.period) for o in offers_in("Free, then £4 a month.", "en")]
    [('4', 'gbp', 'month')]
    """
    for number in numbers_in(text, language):
        if number.kind == "money":
            period = _period(text, number.start, number.end)
            yield Offer(number.start, number.end, number.value, number.currency, period)


def end_of_period(text: str, end: int) -> int:
    """Where "a month" ends that begins after a number which ends at ``end``; else ``end``.

    >>> end_of_period("£4 a month", 2)
    10
    """
    found = _behind().match(text, end)
    return found.end() if found else end


def _period(text: str, start: int, end: int) -> str:
    behind, before = _behind().match(text, end), _before().search(text[max(0, start - 4) : start])
    found = behind or before
    return meaning(pairs_of("any", "periods"), found[1].replace("’", "'")) if found else ""


@cache
def _behind() -> re.Pattern[str]:
    names = sorted(pairs_of("any", "periods"), key=lambda name: (-len(name), name))
    either = "|".join(re.escape(name).replace("'", "['’]") for name in names)
    return re.compile(rf"\s?({either})(?![A-Za-z])", re.IGNORECASE)


@cache
def _before() -> re.Pattern[str]:
    """Japanese says what a price is for before it: 月額500円, 月¥480."""
    return re.compile(r"(月額|毎月|年額|月|年)\s?\Z")
