"""The sealed rule as sentences, for pages, and as the mail that approvers get. Pure.

The mail is a copy of the seal outside this server.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from wbtest.publishing.rule import ACTS, Crowd, Hypothesis, NetworkLimits


class Outcome(NamedTuple):
    """What the figures may come to, ``when``, and what the team does ``then``, in its own words.

    ``when`` ends the sentence that ``word`` begins.

    ``kind`` is the colour of the decision and ``word`` its name.
    """

    kind: Literal["go", "iterate", "neutral"]
    word: str
    when: str
    then: str


def as_percent(rate: float) -> str:
    """A fraction as a person types it.

    >>> as_percent(0.085), as_percent(0.07)
    ('8.5%', '7%')
    """
    return f"{100 * rate:.6g}%"


def claim(rule: Hypothesis) -> str:
    """What must turn out true, in one sentence."""
    who, does = (text.strip().rstrip(".").rstrip() for text in (rule.who, rule.does))
    return f"At least {as_percent(rule.target)} of {who} will {does}."


def hope(rule: Hypothesis) -> str:
    """The rate at which half of the prior for a go is put, or ''."""
    return f"The rate hoped for is {as_percent(rule.hoped_for)}." if rule.hoped_for else ""


def outcomes(rule: Hypothesis) -> tuple[Outcome, ...]:
    """Every way in which the test can end, and what happens then.

    The team wrote one sentence for iterate and stop, so they are one way.
    """
    target, floor = as_percent(rule.target), as_percent(rule.floor)
    most = f"{rule.maximum_visitors:,}"
    return (
        Outcome("go", "Go", f"if a variant clearly reaches {target}.", rule.if_met),
        Outcome(
            "iterate",
            "Iterate or stop",
            f"if no variant reaches {target}. Iterate if one is clearly above {floor}, otherwise "
            "stop.",
            rule.if_not_met,
        ),
        Outcome(
            "neutral",
            "Undecided",
            f"if it’s still unclear after {most} visitors or on the last day.",
            rule.if_unclear,
        ),
    )


def conditions(rule: Hypothesis) -> str:
    """That visitors know the team, if so; when a verdict may come, and when the test is over."""
    visitors = "visitor" if rule.minimum_visitors == 1 else "visitors"
    days = "day" if rule.minimum_days == 1 else "days"
    friends = "The visitors know the team. " if rule.knows_team else ""
    return (
        f"{friends}A result needs at least {rule.minimum_visitors:,} {visitors} and "
        f"{rule.minimum_days} {days}. "
        f"The last day is {rule.ends_on.day} {rule.ends_on:%B %Y}."
    )


def need(rule: Hypothesis) -> str:
    """What a go would leave the business short of, by the numbers behind the target, or ''."""
    return rule.reckoning.shortfall(rule.target) if rule.reckoning else ""


def what_counts(rule: Hypothesis) -> str:
    """What a visitor must do, and by when, to enter the rate."""
    act, hours = ACTS[rule.conversion].name, rule.conversion_window_hours
    unit = "hour" if hours == 1 else "hours"
    return f"{act} counts if it happens within {hours} {unit} of the visit."


def of_one_network(limits: NetworkLimits) -> str:
    """How many visitors of one network count.

    >>> of_one_network(NetworkLimits(30, 100))
    'We count at most 30 visitors an hour and 100 a day from any one network.'
    """
    return (
        f"We count at most {limits.hour:,} visitors an hour and {limits.day:,} a day from any one "
        "network."
    )


def crowd_lines(rule: Hypothesis, time_zone: str) -> tuple[str, ...]:
    """Each announced crowd on one line, in the local time of the test."""
    zone = ZoneInfo(time_zone)
    return tuple(f"{crowd.name}: {_crowd_line(crowd, zone)}" for crowd in rule.crowds)


def _crowd_line(crowd: Crowd, zone: ZoneInfo) -> str:
    people = "person" if crowd.people == 1 else "people"
    networks = "one network" if crowd.networks == 1 else f"{crowd.networks} networks"
    begins, ends = (moment.astimezone(zone) for moment in (crowd.from_at, crowd.until_at))
    until = f"{ends:%H:%M}" if ends.date() == begins.date() else _moment(ends)
    return f"up to {crowd.people:,} {people} from {networks}, {_moment(begins)} to {until}"


def _moment(local: datetime) -> str:
    return f"{local.day} {local:%B %Y, %H:%M}"


def seal_letter(
    rule: Hypothesis,
    *,
    page_url: str,
    seal_url: str,
    seal: str,
    revision: tuple[int, str],
    variants: Sequence[tuple[str, int]],
    page_digests: Mapping[str, str],
    time_zone: str,
    limits: NetworkLimits,
) -> str:
    """Return the body: the rule in words, what was sealed, and how to check it later.

    ``revision`` is its number and digest, ``variants`` are (key, weight).
    """
    ways = [
        f"{outcome.word} {outcome.when} The plan:\n  {outcome.then}" for outcome in outcomes(rule)
    ]
    sources = ", ".join(rule.sources) if rule.sources else "all"
    crowds = [f"  {line}" for line in crowd_lines(rule, time_zone)]
    words = [f"  {key}: weight {weight}, {page_digests[key]}" for key, weight in variants]
    parts = [
        f"{page_url} has started. Its rule was locked before the first visitor.",
        f"{claim(rule)} {hope(rule)}".rstrip(),
        *ways,
        f"{conditions(rule)} Days are in {time_zone} time.",
        f"{what_counts(rule)} Sources that count: {sources}. {of_one_network(limits)}",
        *(["\n".join(["Announced crowds:", *crowds])] if crowds else []),
        f"Text: revision {revision[0]}, {revision[1]}",
        "\n".join(["Variants, with the fingerprint of their words:", *words]),
        f"Fingerprint: {seal}",
        f"The locked text is at {seal_url}. Its SHA-256 fingerprint must stay the one above. "
        "Keep this email so you can check.",
    ]
    return "\n\n".join(parts) + "\n"
