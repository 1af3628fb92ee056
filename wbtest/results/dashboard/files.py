"""What the tabs draw, as rows of raw values for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable

from wbtest.publishing.models import Experiment
from wbtest.results.dashboard.course import course_of
from wbtest.results.dashboard.densities import densities
from wbtest.results.dashboard.filters import Filters
from wbtest.results.dashboard.said import answers_of, asked_on_page
from wbtest.results.dashboard.segments import Segment
from wbtest.results.dashboard.steps import funnel_steps
from wbtest.results.dashboard.who_came import days_of, who_came
from wbtest.results.exports import COUNTED, Rows, numbers_of
from wbtest.results.figures import Results
from wbtest.statistics import Counts, wilson

File = Callable[[Experiment, Results, Filters], Rows]


def rows_by_day(experiment: Experiment, found: Results, filters: Filters) -> Rows:
    """The days that the filters let through, as ``exports.rows_by_day`` has all of them."""
    yield "day", "variant", *COUNTED
    for day, row in days_of(experiment, found, filters).items():
        for variant, totals in zip(found.variants, row, strict=True):
            yield day.isoformat(), variant.key, *numbers_of(totals)


def rows_by_segment(experiment: Experiment, found: Results, filters: Filters) -> Rows:
    """Visitors by what they have in common; '' for a variant are all of them together."""
    yield "kind", "name", "counts", "variant", *COUNTED, "wilson_low", "wilson_high"
    came = who_came(experiment, found, filters)
    kinds = {
        "source": came.sources,
        "device": came.devices,
        "language": came.languages,
        "weekday": came.weekdays,
        "hour": came.hours,
    }
    for kind, segments in kinds.items():
        for segment in segments:
            yield from _rows_of(kind, segment, [variant.key for variant in found.variants])


def rows_of_course(_experiment: Experiment, found: Results, _filters: Filters) -> Rows:
    """Each variant's counts and decision interval when a day was over; the last row is now."""
    yield "at", "variant", "seen", "converted", "decision_low", "decision_high"
    for variant, path in zip(found.variants, course_of(found), strict=True):
        for point in path:
            counts = point.counts.seen, point.counts.converted
            yield point.at.isoformat(), variant.key, *counts, *point.interval


def rows_of_funnel(experiment: Experiment, found: Results, _filters: Filters) -> Rows:
    """How many took each step, by variant."""
    yield "step", "variant", "number"
    for stage in funnel_steps(experiment, found):
        for variant, number in zip(found.variants, stage.counts, strict=True):
            yield stage.name, variant.key, number


def rows_of_densities(_experiment: Experiment, found: Results, _filters: Filters) -> Rows:
    """The posterior of each variant: its density, and the chance of a rate or more."""
    yield "variant", "rate", "density", "probability_of_rate_or_more"
    for density in densities(found):
        for values in zip(density.rates, density.heights, density.above, strict=True):
            yield density.key, *values


def rows_of_answers(experiment: Experiment, _found: Results, _filters: Filters) -> Rows:
    """How many chose each answer. Answers in people's own words stand with their sign-up."""
    yield "question", "answer", "number", "of"
    for answers in answers_of(experiment):
        for choice, number in answers.choices:
            yield answers.question, choice, number, answers.people


def rows_of_asked(experiment: Experiment, _found: Results, _filters: Filters) -> Rows:
    """What visitors asked, and what became of it."""
    yield "question", "times", "outcome", "asked_at"
    for row in asked_on_page(experiment):
        yield row.question, row.times, row.outcome, row.asked_at.isoformat()


FILES: dict[str, File] = {
    "days": rows_by_day,
    "segments": rows_by_segment,
    "course": rows_of_course,
    "funnel": rows_of_funnel,
    "densities": rows_of_densities,
    "answers": rows_of_answers,
    "asked": rows_of_asked,
}


def _rows_of(kind: str, segment: Segment, keys: list[str]) -> Rows:
    """Each variant of a segment, then all of them together."""
    is_counted = "yes" if segment.is_counted else "no"
    for key, totals in [*zip(keys, segment.row, strict=True), ("", segment.all)]:
        ends = wilson(Counts(totals.seen, totals.converted))
        yield kind, segment.name, is_counted, key, *numbers_of(totals), *ends
