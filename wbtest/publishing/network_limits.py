"""How many visitors of one network a test counts. Pure; sealed with the rule."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from wbtest.publishing.rule import Hypothesis

# What a shared connection of a home, a café or a small office needs, however small the plan is.
FEWEST_A_DAY, FEWEST_AN_HOUR = 100, 30
# Of the visitors planned for a day, and of those one network may add in a day.
SHARE_OF_A_DAY, SHARE_IN_AN_HOUR = 0.2, 0.3


class NetworkLimits(Struct, frozen=True, forbid_unknown_fields=True):
    """At most so many visitors of one network count within 60 minutes, and within 24 hours."""

    hour: int = FEWEST_AN_HOUR
    day: int = FEWEST_A_DAY


def limits_of(rule: Hypothesis, first_day: date) -> NetworkLimits:
    """Return the limits of a test that starts on ``first_day``, a local day.

    The visitors planned for a day are the rule's maximum over the days until its end.

    >>> NetworkLimits()
    NetworkLimits(hour=30, day=100)
    """
    days = max((rule.ends_on - first_day).days + 1, 1)
    a_day = max(FEWEST_A_DAY, round(SHARE_OF_A_DAY * rule.maximum_visitors / days))
    return NetworkLimits(max(FEWEST_AN_HOUR, round(SHARE_IN_AN_HOUR * a_day)), a_day)
