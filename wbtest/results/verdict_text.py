"""The verdict as sentences for people: the largest type of the page, its reasons, what to do now.

Also the line under a test's name: since when it runs, and what it rests on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import ACTS
from wbtest.publishing.rule_text import as_percent
from wbtest.results.figures import Evaluation, Results, VariantFigures
from wbtest.results.outlook import rounded
from wbtest.results.robustness import price_of
from wbtest.results.trust import is_lost, listed
from wbtest.review.approvals import find_approval
from wbtest.statistics import Counts
from wbtest.web import number_of, percent

Kind = Literal["go", "iterate", "stop", "neutral"]
WITHHELD = {
    "split": "visitors do not reach the variants as planned",
    "served_split": "visitors do not reach the variants as planned",
    "beacons": "too many pages were served and never seen",
    "networks": "a few networks make it",
    "seal": "what was sealed was changed afterwards",
}
# What a verdict says to whoever has not decided yet.
MAY_STOP = " You may stop looking now."


class Badge(NamedTuple):
    """The verdict in two words, and its colour."""

    text: str
    kind: Kind


def badge(results: Evaluation) -> Badge:
    """Return the verdict in two words."""
    verdict = results.verdict
    if verdict.is_withheld:
        return Badge("Verdict withheld", "stop")
    if verdict.word == "met":
        return Badge("Met, now in doubt", "stop") if verdict.doubt else Badge("Target met", "go")
    if verdict.word == "not_met":
        if verdict.doubt:
            return Badge("Not met, now in doubt", "stop")
        return Badge("Target not met", "iterate" if verdict.recommendation == "iterate" else "stop")
    if is_open(results):
        return Badge("Late answers may come", "neutral")
    if verdict.recommendation == "inconclusive":
        return Badge("Not settled", "neutral")
    if results.is_paused:
        return Badge("Paused", "neutral")
    return Badge("Not enough yet" if results.everybody.seen else "Waiting for visitors", "neutral")


# What may be said of a variant, by its standing.
STANDINGS = {
    "above": Badge("above target", "go"),
    "open": Badge("undecided", "iterate"),
    "below": Badge("below target", "neutral"),
    "ahead": Badge("above so far", "neutral"),
    "behind": Badge("below so far", "neutral"),
    "withheld": Badge("withheld", "neutral"),
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
        return f"No verdict: {listed(list(reasons))}."
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
            return "Nobody saw the page, so nothing is settled."
        return f"{number_of(seen, 'visitor')} did not settle it."
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
    """Return the verdict with the figures it rests on, for whoever reads no page."""
    return f"{headline(results)} {evidence(results)}".strip()


def evidence(results: Evaluation) -> str:
    """Return the counts and the interval of the variant that matters most, or ''."""
    if results.verdict.is_withheld:
        return "A check is red, so these figures decide nothing."
    variant = leading(results)
    counts = Counts(variant.totals.seen, variant.totals.converted)
    if not counts.seen:
        return ""
    it = "it" if len(results.variants) == 1 else subject(results, variant)
    low, high = (percent(end) for end in variant.decision)
    people = number_of(counts.seen, "person", "people")
    found = f"{people} saw {it}, {counts.converted:,} {act(results)}"
    return f"{found}: between {low} and {high}, safe to watch every day."


def evidence_shown(results: Evaluation) -> str:
    """Return ``evidence``, and of lost figures that nothing brings them back.

    A memo keeps ``evidence`` alone: its words are held against it for ever.
    """
    if results.verdict.is_withheld and is_lost(results.trust):
        return "These figures stay on record, and decide nothing."
    return evidence(results)


def fragility(results: Results) -> str:
    """Return how many sign-ups or views would have to be false for the verdict not to be, or ''."""
    found = results.fragility
    if found is None:
        return ""
    what = ACTS[results.rule.conversion].plural if found.kind == "signups" else "views"
    whose, undone = f"these {found.of:,} {what}", "not to be met"
    if len(results.variants) > 1:
        name = subject(results, results.variants[found.variant])
        whose, undone = f"the {found.of:,} {what} of {name}", "not to reach the target"
    undone = undone if found.kind == "signups" else "to stay undecided"
    least = "" if found.known == found.of else "at least "
    places = [
        number_of(number, noun)
        for number, noun in ((found.networks, "network"), (found.domains, "mail domain"))
        if number
    ]
    came = f"from {least}{listed(places)} " if places else ""
    days = f"on {number_of(found.days, 'day')}"
    it = "this" if len(results.variants) == 1 else "it"
    return (
        f"{found.false:,} of {whose} would have to be false for {it} {undone}; they came "
        f"{came}{days}."
    )


def price(results: Evaluation) -> str:
    """Return what it takes to move this result unseen; '' while few have come, or it's withheld."""
    if results.verdict.is_withheld:
        return ""
    strongest = max(
        (Counts(each.totals.seen, each.totals.converted) for each in results.variants),
        key=lambda counts: counts.rate or 0.0,
    )
    return price_of(strongest, results.rule.target)


def leading(results: Evaluation) -> VariantFigures:
    """Return the variant that the verdict speaks of, else the one with the best evidence."""
    places = results.verdict.variants or range(len(results.variants))
    return max((results.variants[k] for k in places), key=lambda variant: variant.log_e_above)


def subject(results: Evaluation, variant: VariantFigures) -> str:
    """Return what a sentence calls the variant: “Its name”, or the page when there is but one."""
    return "your page" if len(results.variants) == 1 else f"“{variant.name}”"


def act(results: Evaluation) -> str:
    """Return what a visitor did who counts as converted."""
    return ACTS[results.rule.conversion].did


def day_of(results: Evaluation, moment: datetime) -> str:
    """Return the local day as people say it: 5 March."""
    local = moment.astimezone(ZoneInfo(results.life.time_zone))
    return f"{local.day} {local:%B}"


def _met(results: Evaluation) -> str:
    subjects = [subject(results, results.variants[k]) for k in results.verdict.variants]
    verb = "reaches" if len(subjects) == 1 else "reach"
    rest = "" if results.verdict.is_over else " You may stop looking now."
    return (
        f"{capital(listed(subjects))} {verb} your {as_percent(results.rule.target)} target.{rest}"
    )


def _met_in_doubt(results: Evaluation) -> str:
    verdict = results.verdict
    assert verdict.doubt is not None, "only called for a verdict in doubt"
    assert verdict.reached_at is not None, "a doubt comes after a verdict"
    name = capital(subject(results, results.variants[verdict.doubt.variant]))
    target, since = as_percent(results.rule.target), day_of(results, verdict.reached_at)
    rest = "not since" if verdict.doubt.is_contradicted else "the evidence has fallen back since"
    return f"{name} reached your {target} target on {since}, but {rest}."


def _not_met(results: Evaluation) -> str:
    verdict, target = results.verdict, as_percent(results.rule.target)
    is_alone = len(results.variants) == 1
    nobody = "Your page does not reach" if is_alone else "No variant reaches"
    if verdict.doubt:
        assert verdict.reached_at is not None, "a doubt comes after a verdict"
        since = day_of(results, verdict.reached_at)
        return f"{nobody} your {target} target, it seemed on {since}. The figures have risen since."
    if verdict.recommendation == "iterate":
        name = "it" if is_alone else subject(results, _above_floor(results))
        floor = as_percent(results.rule.floor)
        return f"{nobody} your {target} target, but {name} is above your {floor} floor."
    rest = "" if verdict.is_over else " You may stop looking now."
    return f"{nobody} your {target} target.{rest}"


def _above_floor(results: Evaluation) -> VariantFigures:
    best = results.looks.above_floor.max(axis=0).argmax()
    return results.variants[int(best)]


def _not_enough(results: Evaluation) -> str:
    outlook = results.outlook
    assert outlook is not None, "only called while visitors are missing"
    if not results.everybody.seen:
        return "Nobody has seen the page yet."
    days = "" if outlook.days is None else number_of(outlook.days, "day")
    if not outlook.visitors and results.life.now >= results.life.ripe_at(results.rule):
        return "Enough visitors and days: the next full hour with a visitor decides."
    if not outlook.visitors:
        return f"Enough visitors, but not enough days: {days} more."
    visitors = number_of(rounded(outlook.visitors), "more visitor")
    if results.is_paused:
        return f"Paused before it was settled: about {visitors} to go."
    if outlook.is_too_slow:
        return f"Not enough yet: about {visitors}. At this pace the last day comes first."
    wait = f"{visitors}, or {days}" if days else visitors
    if outlook.is_cap:
        return f"No verdict in sight yet: at most {wait}."
    return f"Not enough yet: about {wait}."


def capital(text: str) -> str:
    """Return the text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


ALONE = "approved alone, on day one"


def status_line(experiment: Experiment, results: Results) -> list[str]:
    """Return phrases such as “Running since 3 March, day 9 of at most 28”."""
    revision = experiment.revision
    approval = find_approval(revision)
    return phrases(
        results,
        seal=experiment.seal,
        revision=revision.number,
        form=revision.form,
        is_alone=bool(approval and approval.is_alone_on_day_one),
    )


def life_line(experiment: Experiment, results: Results) -> list[str]:
    """Return since when the test runs, and how it was approved if that was alone."""
    approval = find_approval(experiment.revision)
    is_alone = bool(approval and approval.is_alone_on_day_one)
    return [_running(results), *_finality(results), *([ALONE] if is_alone else [])]


def phrases(results: Results, *, seal: str, revision: int, form: str, is_alone: bool) -> list[str]:
    """Return the same of these facts; ``is_alone``: the text was approved alone, on day one."""
    found = [_running(results), *_finality(results), f"sealed {short_seal(seal)}"]
    found.append(f"from revision {revision}")
    if form == "short":
        found.append("short form")
    if is_alone:
        found.append(ALONE)
    return found


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
        f"{_ordinal(results.attempt)} attempt: this release was tested before. Over all tests of "
        f"it the chance of any false go is at most {results.attempt} × "
        f"{as_percent(results.rule.alpha)} = {as_percent(risk)}."
    )


def _ordinal(number: int) -> str:
    names = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth")
    return names[number - 1] if number <= len(names) else f"{number}th"


def _running(results: Results) -> str:
    life, rule = results.life, results.rule
    start = day_of(results, life.started_at)
    if results.verdict.is_over:
        # A last day is over at midnight, which is the next day already.
        last = life.over_at(rule) - timedelta(microseconds=1)
        days, end = life.day_number(last), day_of(results, last)
        return f"Ran on {start}" if days == 1 else f"Ran from {start} to {end}, {days} days"
    most = life.day_number(rule.ends_at(life.time_zone)) - 1
    # A clock that was set back may show a moment before the start.
    today = max(min(life.day_number(life.now), most), 1)
    word = "Paused; running" if results.is_paused else "Running"
    return f"{word} since {start}, day {today} of at most {most}"


def _finality(results: Results) -> list[str]:
    """Whether the figures can still change once nobody can come any more."""
    if results.verdict.is_final:
        return ["figures final"]
    if results.verdict.is_over:
        return [f"late answers count until {final_moment(results)}"]
    return []


DAY_SECONDS = 24 * 3600
WEEK = 7


def advice(results: Evaluation) -> str:
    """Return what to do now, in a sentence or two."""
    verdict = results.verdict
    if verdict.is_withheld:
        return _to_mend(results)
    if verdict.doubt:
        return "Decide nothing on this yet: see what is red under “Can I trust this?”."
    if verdict.choice:
        return f"The sealed rule says {verdict.choice}. {promise(results)}".strip()
    if is_open(results):
        return f"Wait until {final_moment(results)}; from then on the figures are final."
    if verdict.is_over:
        return f"The sealed rule leaves it open. {promise(results)}".strip()
    if verdict.is_capped:
        return (
            "As many came as the rule allows, so the target can no longer be met. End the test, or "
            "wait whether late answers settle that it is missed."
        )
    if results.is_paused:
        return "Open the page again to go on, or end the test."
    if not results.everybody.seen:
        return "Share the link, so that people come."
    if results.outlook is not None and results.outlook.is_too_slow:
        return "Bring more people to the page, or it will end without an answer."
    return "Keep it running, and change nothing."


def _to_mend(results: Evaluation) -> str:
    """What to do while a check stops the verdict, which some do for good."""
    if not is_lost(results.trust):
        if {check.check for check in results.trust if check.state == "stop"} == {"networks"}:
            return (
                "Look at the result without these networks. Any decision needs a second approver."
            )
        return "Fix what’s red under “Can I trust this?”. Decide nothing until then."
    is_over = results.verdict.is_over
    then = "and begin a new test" if is_over else "end this test, and begin a new one"
    return f"These figures are lost. Mend the page, {then}."


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
            f"{number_of(more, 'more visitor')}: no verdict before {rule.minimum_visitors:,}, and "
            f"{seen:,} came so far."
        )
    left = (life.ripe_at(rule) - life.now).total_seconds() / DAY_SECONDS
    if left > 0:
        least = number_of(rule.minimum_days, "day")
        so_that = ", so that weekdays and weekends are in it" if rule.minimum_days >= WEEK else ""
        found.append(f"{number_of(ceil(left), 'more day')}: no verdict before {least}{so_that}.")
    if not found and not verdict.is_withheld and not verdict.is_capped:
        if results.outlook is not None and not results.outlook.visitors:
            return ["One more full hour with a visitor: results rest on full hours."]
        found.append(
            f"Evidence: visitors and days are enough, but a rate may still lie on either side of "
            f"{as_percent(rule.target)}."
        )
    return found


def once_decided(sentence: str) -> str:
    """Return a verdict without what it says to whoever has not decided yet.

    >>> once_decided("Your page reaches your target. You may stop looking now.")
    'Your page reaches your target.'
    """
    return sentence.replace(MAY_STOP, "")
