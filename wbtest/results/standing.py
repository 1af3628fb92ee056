"""Where an experiment stands and what it rests on, in short phrases: the line under its name."""

from __future__ import annotations

from wbtest.publishing.models import Experiment
from wbtest.results.figures import Results
from wbtest.results.in_words import day_of
from wbtest.review.approvals import find_approval


def standing(experiment: Experiment, results: Results) -> list[str]:
    """Return phrases such as “Running since 3 March, day 9 of at most 28”."""
    revision = experiment.revision
    approval = find_approval(revision)
    phrases = [_running(experiment, results), f"sealed {short_seal(experiment.seal)}"]
    phrases.append(f"from revision {revision.number}")
    if revision.form == "short":
        phrases.append("short form")
    if approval and approval.is_alone_on_day_one:
        phrases.append("approved alone, on day one")
    if results.phase > 1:
        phrases.append(f"phase {results.phase}")
    return phrases


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
        f"This is test {results.attempt} of the same release: over all of them the chance of any "
        f"false go is at most {results.attempt} × {results.rule.alpha:.2g} = {risk:.2g}."
    )


def _running(experiment: Experiment, results: Results) -> str:
    life, rule = results.life, results.rule
    start = day_of(results, life.started_at)
    if experiment.state == "ended":
        days = life.day_number(life.over_at(rule))
        end = day_of(results, life.over_at(rule))
        return f"Ran from {start} to {end}, {days} {'day' if days == 1 else 'days'}"
    most = life.day_number(rule.ends_at(life.time_zone)) - 1
    today = min(life.day_number(life.now), most)
    word = "Paused; running" if experiment.state == "paused" else "Running"
    return f"{word} since {start}, day {today} of at most {most}"
