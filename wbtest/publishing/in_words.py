"""The sealed rule as sentences for people: pages and mails read it back from here. Pure."""

from typing import Literal, NamedTuple

from wbtest.publishing.rule import Hypothesis


class Outcome(NamedTuple):
    """What the figures may come to, ``when``, and what the team does ``then``, in its own words.

    ``kind`` is the colour of the decision and ``word`` its name.
    """

    kind: Literal["go", "iterate", "neutral"]
    word: str
    when: str
    then: str


def as_percent(rate: float) -> str:
    """A fraction as a person types it.

    >>> as_percent(0.085), as_percent(0.07)
    ('8.5\\u202f%', '7\\u202f%')
    """
    return f"{100 * rate:.6g}\u202f%"


def claim(rule: Hypothesis) -> str:
    """What must turn out true, in one sentence."""
    who, does = (text.strip().rstrip(".").rstrip() for text in (rule.who, rule.does))
    return f"At least {as_percent(rule.target)} of {who} will {does}."


def outcomes(rule: Hypothesis) -> tuple[Outcome, ...]:
    """Every way in which the test can end, and what happens then.

    The team wrote one sentence for iterate and stop, so they are one way.
    """
    target, floor = as_percent(rule.target), as_percent(rule.floor)
    most = f"{rule.maximum_visitors:,}"
    return (
        Outcome("go", "Go", f"when a variant is shown to reach {target}", rule.if_met),
        Outcome(
            "iterate",
            "Iterate or stop",
            f"when none reaches {target} (iterate if one is shown to be above {floor}, else stop)",
            rule.if_not_met,
        ),
        Outcome(
            "neutral",
            "Undecided",
            f"when {most} visitors or the last day have not settled it",
            rule.if_unclear,
        ),
    )


def conditions(rule: Hypothesis) -> str:
    """When a verdict may come at the earliest, and when the test is over."""
    visitors = "visitor" if rule.minimum_visitors == 1 else "visitors"
    days = "day" if rule.minimum_days == 1 else "days"
    return (
        f"No verdict before {rule.minimum_visitors:,} {visitors} and {rule.minimum_days} {days}. "
        f"The last day is {rule.ends_on.day} {rule.ends_on:%B %Y}."
    )


def need(rule: Hypothesis) -> str:
    """What a go would leave the business short of, by the numbers behind the target, or ''."""
    return rule.reckoning.shortfall(rule.target) if rule.reckoning else ""


def what_counts(rule: Hypothesis) -> str:
    """What a visitor must do, and by when, to enter the rate."""
    act = "A sign-up" if rule.conversion == "signup" else "A confirmed sign-up"
    return f"{act} counts within {rule.conversion_window_hours} hours of the visit."
