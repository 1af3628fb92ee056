"""Where an experiment stands and what it rests on, in short phrases: the line under its name."""

from __future__ import annotations

from datetime import timedelta

from wbtest.publishing.in_words import as_percent
from wbtest.publishing.models import Experiment
from wbtest.results.figures import Results
from wbtest.results.in_words import day_of, final_moment
from wbtest.review.approvals import find_approval

ALONE = "approved alone, on day one"


def standing(experiment: Experiment, results: Results) -> list[str]:
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
