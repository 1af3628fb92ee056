"""How many visitors of one network a test counts. Pure; sealed with the rule."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from wbtest.publishing.rule import Hypothesis

# What a shared connection of a home, a café or a small office needs, however small the plan is.
FEWEST_A_DAY, FEWEST_AN_HOUR = 100, 30
# Of the visitors planned for a day. Where 2,000 are planned and all come in one hour, a third of
# them through three carriers on which half as many convert, the rate is 4.8 % of itself too high;
# with 120 an hour instead of 150 it would be 7.2 %.
SHARE_OF_A_DAY, SHARE_IN_AN_HOUR = 0.2, 0.075


class NetworkLimits(Struct, frozen=True, forbid_unknown_fields=True):
    """At most so many visitors of one network count within 60 minutes, and within 24 hours."""

    hour: int = FEWEST_AN_HOUR
    day: int = FEWEST_A_DAY


def limits_of(rule: Hypothesis, first_day: date) -> NetworkLimits:
    """Return the limits of a test that starts on ``first_day``, a local day.

    The visitors planned for a day are the rule's maximum over the days until its end.

    """
    planned = rule.maximum_visitors / max((rule.ends_on - first_day).days + 1, 1)
    hour, day = round(SHARE_IN_AN_HOUR * planned), round(SHARE_OF_A_DAY * planned)
    return NetworkLimits(max(FEWEST_AN_HOUR, hour), max(FEWEST_A_DAY, day))
