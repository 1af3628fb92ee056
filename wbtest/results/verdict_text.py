"""The result as sentences for people: the headline, its reasons, what to do now.

Also the line under a test's name: since when it runs, and what it rests on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from operator import attrgetter
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import ACTS
from wbtest.publishing.rule_text import as_percent
from wbtest.results.figures import Evaluation, Results, VariantFigures
from wbtest.results.robustness import price_of
from wbtest.results.trust import capital, day_name, is_lost, listed
from wbtest.results.verdict import rounded
from wbtest.review.approvals import find_approval
from wbtest.web import number_of, percent

Kind = Literal["go", "iterate", "stop", "neutral"]
WITHHELD = {
    "split": "visitors weren’t split as planned",
    "served_split": "visitors weren’t split as planned",
    "beacons": "too many page loads have no recorded view",
    "networks": "it depends on a few networks",
    "seal": "the locked rule was changed",
}
# An interval that covers so many of all rates says nothing.
NEARLY_ALL = 0.9
# An upper limit above this says nothing.
NEARLY_ONE = 0.99
# What a result says before the team has decided.
MAY_STOP = " You can decide now."


class Badge(NamedTuple):
    """The verdict in two words, and its colour."""

    text: str
    kind: Kind


def badge(results: Evaluation) -> Badge:
    """Return the verdict in two words."""
    verdict = results.verdict
    if verdict.is_withheld:
        return Badge("Data unreliable", "stop")
    if verdict.word == "met":
        return Badge("Met, now in doubt", "stop") if verdict.doubt else Badge("Target met", "go")
    if verdict.word == "not_met":
        if verdict.doubt:
            return Badge("Not met, now in doubt", "stop")
        return Badge("Target not met", "iterate" if verdict.recommendation == "iterate" else "stop")
    if is_open(results):
        return Badge("Waiting for late answers", "neutral")
    if verdict.recommendation == "inconclusive":
        return Badge("Undecided", "neutral")
    if results.is_paused:
        return Badge("Paused", "neutral")
    if not results.everybody.seen:
        return Badge("Waiting for visitors", "neutral")
    is_enough = results.outlook is not None and not results.outlook.visitors
    return Badge("Enough visitors, waiting" if is_enough else "Not enough data yet", "neutral")


# What may be said of a variant, by its standing.
STANDINGS = {
    "above": Badge("above target", "go"),
    "open": Badge("undecided", "iterate"),
    "below": Badge("below target", "neutral"),
    "ahead": Badge("above so far", "neutral"),
    "behind": Badge("below so far", "neutral"),
    "withheld": Badge("no result", "neutral"),
}


def promise(results: Evaluation) -> str:
    """Return what the team said it would do in this case, or '' while it is not settled."""
    rule = results.rule
    if is_open(results):
        return ""
    match results.verdict.recommendation:
        case "go":
            return rule.if_met
        case "iterate" | "stop":
            return rule.if_not_met
        case "inconclusive":
            return rule.if_unclear
    return ""


def headline(results: Evaluation) -> str:
    """Return the verdict in one sentence or two."""
    verdict = results.verdict
    if verdict.is_withheld:
        reasons = dict.fromkeys(WITHHELD[c.check] for c in results.trust if c.state == "stop")
        return f"No result: {listed(list(reasons))}."
    if verdict.word == "met":
        return _met_in_doubt(results) if verdict.doubt else _met(results)
    if verdict.word == "not_met":
        return _not_met(results)
    if is_open(results):
        late = ACTS[results.rule.conversion].plural
        return f"The test is over. Late {late} count until {final_moment(results)}."
    if verdict.recommendation == "inconclusive":
        seen = results.everybody.seen
        if not seen:
            return "Nobody saw the page, so the result is undecided."
        return f"Undecided after {number_of(seen, 'visitor')}."
    return _not_enough(results)


def is_open(results: Evaluation) -> bool:
    """Whether the test is over without a verdict, and late answers may still bring one."""
    verdict = results.verdict
    is_unsettled = verdict.word == "not_enough" and not verdict.is_withheld
    return verdict.is_waiting and is_unsettled and results.everybody.seen > 0


def final_moment(results: Evaluation) -> str:
    """Return when the last late answer can come: 12 March, 18:00."""
    final = results.life.final_at(results.rule).astimezone(ZoneInfo(results.life.time_zone))
    return f"{day_of(results, final)}, {final:%H:%M}"


def why(results: Evaluation) -> str:
    """Return the result with the figures it rests on, for emails and programs."""
    return f"{headline(results)} {evidence(results)}".strip()


def evidence(results: Evaluation) -> str:
    """Return the counts and the interval of the variant that matters most, or ''.

    While these are sparse, the counts of all variants; of an interval that leaves out less than a
    tenth of all rates, nothing.
    """
    if results.verdict.is_withheld:
        return "A check failed, so don’t decide on this data."
    variant = leading(results)
    is_whole = results.is_sparse or len(results.variants) == 1
    totals = results.everybody if is_whole else variant.totals
    if not totals.seen:
        return ""
    it = "it" if is_whole else subject(results, variant)
    people = number_of(totals.seen, "person", "people")
    found = f"{people} saw {it} and {totals.converted:,} {act(results)}"
    if results.is_sparse:
        return (
            f"{found}." if results.verdict.is_over else f"{found}. A rate comes with more visitors."
        )
    low, high = variant.decision
    if high - low > NEARLY_ALL:
        return f"{found}."
    if high > NEARLY_ONE:
        # Hardly anybody's time to sign up is over, or nearly everybody did.
        return f"{found}, so the true rate is probably at least {percent(low)}."
    return f"{found}, so the true rate is probably between {percent(low)} and {percent(high)}."


def evidence_shown(results: Evaluation) -> str:
    """Return ``evidence``, and for data that can't be used that it can't.

    A memo keeps ``evidence`` alone: its words are checked against it later.
    """
    if results.verdict.is_withheld and is_lost(results.trust):
        return "The data is kept, but can’t be used."
    return evidence(results)


def fragility(results: Results) -> str:
    """Return how many sign-ups or views would have to be false for the verdict not to be, or ''."""
    found = results.fragility
    if found is None:
        return ""
    what = ACTS[results.rule.conversion].plural if found.kind == "signups" else "views"
    whose, undone = f"these {found.of:,} {what}", "The target would no longer be met"
    if len(results.variants) > 1:
        name = subject(results, results.variants[found.variant])
        whose, undone = f"its {found.of:,} {what}", f"{name} would no longer reach the target"
        if found.kind != "signups":
            whose = f"the {found.of:,} {what} of {name}"
    undone = undone if found.kind == "signups" else "The result would be undecided"
    least = "" if found.known == found.of else "at least "
    places = [
        number_of(number, noun)
        for number, noun in ((found.networks, "network"), (found.domains, "email domain"))
        if number
    ]
    when, came = (
        (f"over {found.days:,} days", "were spread")
        if found.days > 1
        else ("on one day", "all came")
    )
    if places:
        came = f"came from {least}{listed(places)},"
    return (
        f"{undone} if {found.false:,} of {whose} were fake. The {found.of:,} {what} {came} {when}."
    )


def price(results: Evaluation) -> str:
    """Return what it takes to move this result unseen; '' while few have come, or it's withheld."""
    if results.verdict.is_withheld:
        return ""
    rates = [variant.rate or 0.0 for variant in results.variants]
    strongest = results.variants[rates.index(max(rates))].totals
    return price_of(strongest, results.rule.target)


def leading(results: Evaluation) -> VariantFigures:
    """Return the variant that the verdict speaks of, else the one with the best evidence."""
    places = results.verdict.variants or range(len(results.variants))
    return max((results.variants[k] for k in places), key=attrgetter("log_e_above"))


def subject(results: Evaluation, variant: VariantFigures) -> str:
    """Return what a sentence calls the variant: “Its name”, or the page when there is but one."""
    return "your page" if len(results.variants) == 1 else f"“{variant.name}”"


def act(results: Evaluation) -> str:
    """Return what a visitor did who counts as converted."""
    return ACTS[results.rule.conversion].did


def day_of(results: Evaluation, moment: datetime) -> str:
    """Return the local day as people say it: 5 March."""
    local = moment.astimezone(ZoneInfo(results.life.time_zone))
    return day_name(local)


def _met(results: Evaluation) -> str:
    subjects = [subject(results, results.variants[k]) for k in results.verdict.variants]
    rest = "" if results.verdict.is_over else MAY_STOP
    return (
        f"{capital(listed(subjects))} reached your {as_percent(results.rule.target)} target.{rest}"
    )


def _met_in_doubt(results: Evaluation) -> str:
    verdict = results.verdict
    assert verdict.doubt is not None, "only called for a verdict in doubt"
    assert verdict.reached_at is not None, "a doubt comes after a verdict"
    name = capital(subject(results, results.variants[verdict.doubt.variant]))
    target, since = as_percent(results.rule.target), day_of(results, verdict.reached_at)
    rest = (
        "has fallen short since"
        if verdict.doubt.is_contradicted
        else "the evidence has fallen back since"
    )
    return f"{name} reached your {target} target on {since}, but {rest}."


def _not_met(results: Evaluation) -> str:
    verdict, target = results.verdict, as_percent(results.rule.target)
    is_alone = len(results.variants) == 1
    nobody = "Your page didn’t reach" if is_alone else "No variant reached"
    if verdict.doubt:
        assert verdict.reached_at is not None, "a doubt comes after a verdict"
        since = day_of(results, verdict.reached_at)
        return f"{nobody} your {target} target on {since}, but the figures have risen since."
    if verdict.recommendation == "iterate":
        name = "it" if is_alone else subject(results, _above_floor(results))
        floor = as_percent(results.rule.floor)
        return f"{nobody} your {target} target, but {name} is above your {floor} floor."
    rest = "" if verdict.is_over else MAY_STOP
    return f"{nobody} your {target} target.{rest}"


def _above_floor(results: Evaluation) -> VariantFigures:
    best = results.looks.above_floor.max(axis=0).argmax()
    return results.variants[int(best)]


def _not_enough(results: Evaluation) -> str:
    outlook = results.outlook
    assert outlook is not None, "only called while visitors are missing"
    if not results.everybody.seen:
        return "Nobody has seen the page yet."
    rule, ripe = results.rule, results.life.ripe_at(results.rule)
    is_ripe = results.life.now >= ripe
    days = "" if outlook.days is None else number_of(outlook.days, "day")
    if not outlook.visitors and is_ripe:
        hours = number_of(rule.conversion_window_hours, "hour")
        return f"Enough visitors and days. The result should come within {hours}."
    if not outlook.visitors:
        least = number_of(rule.minimum_days, "day")
        return f"Enough visitors. The result comes on {day_of(results, ripe)}, after {least}."
    visitors = number_of(rounded(outlook.visitors), "more visitor")
    if results.is_paused:
        return f"Paused before there was a result. It needs about {visitors}."
    if outlook.is_cap and not is_ripe:
        return f"No result in sight yet. It comes on {day_of(results, ripe)} at the earliest."
    if outlook.is_cap:
        most = number_of(outlook.visitors, "more visitor")
        return f"No result in sight yet. It comes after {most} at most, or on the last day."
    if outlook.is_too_slow:
        return (
            f"Not enough data yet. You need about {visitors}, and at this pace the test ends first."
        )
    wait = f"{visitors} and {days}" if days else visitors
    return f"Not enough data yet. You need about {wait}."


def status_line(experiment: Experiment, results: Results) -> list[str]:
    """Return phrases such as “Running since 3 March, day 9 of at most 28”."""
    revision = experiment.revision
    return [
        *_running(results),
        f"rule locked (fingerprint {short_seal(experiment.seal)})",
        f"from revision {revision.number}",
        *(["short press release"] if revision.form == "short" else []),
        *_alone(experiment),
    ]


def life_line(experiment: Experiment, results: Results) -> list[str]:
    """Return since when the test runs, and how it was approved if that was alone."""
    return [*_running(results), *_alone(experiment)]


def _alone(experiment: Experiment) -> list[str]:
    approval = find_approval(experiment.revision)
    return ["approved alone, on day one"] if approval and approval.is_alone_on_day_one else []


def short_seal(seal: str) -> str:
    """Return enough of a digest to recognise it.

    >>> short_seal("a41f" + 56 * "0" + "9c2e")
    'a41f…9c2e'
    """
    return f"{seal[:4]}…{seal[-4:]}"


def attempt_phrase(results: Results) -> str:
    """Return what testing the same release again costs, or '' for the first test."""
    if results.attempt < 2:
        return ""
    risk = min(results.attempt * results.rule.alpha, 1)
    return (
        f"{_ordinal(results.attempt)} attempt: this idea has been tested before. Across all its "
        f"tests, the chance of a “go” by luck is at most {results.attempt} × "
        f"{as_percent(results.rule.alpha)} = {as_percent(risk)}."
    )


def _ordinal(number: int) -> str:
    names = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth")
    return names[number - 1] if number <= len(names) else f"{number}th"


def _running(results: Results) -> list[str]:
    """Since when it runs, or when it ran and whether the figures can still change."""
    life, rule = results.life, results.rule
    start = day_of(results, life.started_at)
    if results.verdict.is_over:
        # A last day is over at midnight, which is the next day already.
        last = life.over_at(rule) - timedelta(microseconds=1)
        days, end = life.day_number(last), day_of(results, last)
        ran = f"Ran on {start}" if days == 1 else f"Ran from {start} to {end}, {days} days"
        if results.verdict.is_final:
            return [ran, "figures final"]
        return [ran, f"late answers count until {final_moment(results)}"]
    word = "Paused, started on" if results.is_paused else "Running since"
    return [f"{word} {start}, day {day_now(results)} of {_most_days(results)}"]


def day_now(results: Evaluation) -> int:
    """Return which day of the test it is; never one after its last."""
    # A clock that was set back may show a moment before the start.
    return max(min(results.life.day_number(results.life.now), _most_days(results)), 1)


def _most_days(results: Evaluation) -> int:
    life = results.life
    return life.day_number(results.rule.ends_at(life.time_zone)) - 1


DAY_SECONDS = 24 * 3600
WEEK = 7


def advice(results: Evaluation) -> str:
    """Return what to do now, in a sentence or two; '' where that's to keep the test running."""
    verdict = results.verdict
    if verdict.is_withheld:
        return _to_mend(results)
    if verdict.doubt:
        return "Don’t decide yet. See what’s red under “Can I trust this?”."
    if verdict.choice:
        return f"The locked rule says {verdict.choice}. {promise(results)}".strip()
    if is_open(results):
        return f"Wait until {final_moment(results)}. Then the figures are final."
    if verdict.is_over:
        return f"The locked rule doesn’t decide this. {promise(results)}".strip()
    if verdict.is_capped and verdict.recommendation == "inconclusive":
        return (
            "The rule’s maximum number of visitors is reached, so the target can’t be met now. End "
            "the test."
        )
    return "Resume the test, or end it." if results.is_paused else ""


def _to_mend(results: Evaluation) -> str:
    """What to do while a check stops the verdict, which some do for good."""
    if not is_lost(results.trust):
        if {check.check for check in results.trust if check.state == "stop"} == {"networks"}:
            return (
                "Look at the result without these networks. Any decision needs a second approver."
            )
        return "Fix what’s red under “Can I trust this?”."
    is_over = results.verdict.is_over
    then = "and start a new test" if is_over else "end this test and start a new one"
    return f"This data can’t be used. Fix the page{'' if is_over else ','} {then}."


def missing(results: Evaluation) -> list[str]:
    """Return what the sealed rule still asks for before any verdict; nothing once there is one."""
    rule, life, verdict = results.rule, results.life, results.verdict
    if verdict.word != "not_enough" or verdict.is_over:
        return []
    found = []
    seen = results.everybody.seen
    if seen < rule.minimum_visitors:
        more = rule.minimum_visitors - seen
        found.append(
            f"{number_of(more, 'more visitor')}: the minimum is {rule.minimum_visitors:,}."
        )
    left = (life.ripe_at(rule) - life.now).total_seconds() / DAY_SECONDS
    if left > 0:
        least = number_of(rule.minimum_days, "day")
        so_that = ", to cover every day of the week" if rule.minimum_days >= WEEK else ""
        found.append(f"{number_of(ceil(left), 'more day')}: the minimum is {least}{so_that}.")
    if not found and not verdict.is_withheld and not verdict.is_capped:
        if results.outlook is not None and not results.outlook.visitors:
            hours = number_of(rule.conversion_window_hours, "more hour")
            return [f"{hours} at most: the last visitors can still sign up."]
        target = as_percent(rule.target)
        found.append(f"More evidence: the true rate could still be on either side of {target}.")
    return found


def once_decided(sentence: str) -> str:
    """Return a result without what it says before the team has decided.

    >>> once_decided("Your page reached your target. You can decide now.")
    'Your page reached your target.'
    """
    return sentence.replace(MAY_STOP, "")
