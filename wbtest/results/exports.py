"""Figures as rows of raw values, for a spreadsheet; and every event, to be counted once more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import astuple
from sqlalchemy import Select, literal, select, true

from wbtest.audience import result_counts
from wbtest.audience.models import Sighting, Signup, Visit
from wbtest.audience.result_counts import Cut, Totals
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import ACTS
from wbtest.publishing.sealing import sealed_rule
from wbtest.publishing.sources import group_of
from wbtest.results.figures import Results
from wbtest.results.funnel import funnel_steps, reading_of
from wbtest.results.history import total
from wbtest.results.rate_charts import course_of, densities
from wbtest.results.segments import Filters, Segment, days_of, who_came
from wbtest.results.signup_list import answers_of, asked_on_page
from wbtest.statistics import Counts, wilson

Rows = Iterator[Sequence[Any]]
# In the order of the totals.
COUNTED = (
    *("served", "seen", "converted", "arrived", "signups", "without_beacon", "confirmed"),
    *("answered", "price", "price_no", "call", "call_no", "preorder"),
)


def rows_by_day(experiment: Experiment, results: Results, filters: Filters) -> Rows:
    """What was counted on the days that the filters let through, by variant.

    ``converted`` stands on the day of the visit, ``arrived`` holds the same on the day of the
    conversion.
    """
    yield "day", "variant", *COUNTED
    for day, row in days_of(experiment, results, filters).items():
        for variant, totals in zip(results.variants, row, strict=True):
            yield day.isoformat(), variant.key, *astuple(totals)


def rows_by_variant(_experiment: Experiment, results: Results, _filters: Filters) -> Rows:
    """By variant: counts, rate and every interval."""
    intervals = ("decision", "sequence", "wilson", "credible")
    ends = [f"{name}_{end}" for name in intervals for end in ("low", "high")]
    yield "variant", "name", *COUNTED, "rate", *ends, "probability_above_target", "rate_of_served"
    for variant, of_served in zip(results.variants, results.rates_of_served, strict=True):
        bounds = [bound for name in intervals for bound in getattr(variant, name)]
        rates = ["" if rate is None else rate for rate in (variant.rate, of_served)]
        counts = astuple(variant.totals)
        above = variant.probability_above
        yield variant.key, variant.name, *counts, rates[0], *bounds, above, rates[1]


def rows_by_source(_experiment: Experiment, results: Results, _filters: Filters) -> Rows:
    """By source and variant.

    ``counts``: whether the rule counts the source; ``group``: what kind of place it is.
    """
    yield "source", "counts", "variant", *COUNTED, "group"
    for source, row in results.sources.items():
        is_counted = "yes" if results.rule.counts_source(source) else "no"
        for variant, totals in zip(results.variants, row, strict=True):
            yield source, is_counted, variant.key, *astuple(totals), group_of(source)


def rows_of_evidence(_experiment: Experiment, results: Results, _filters: Filters) -> Rows:
    """Log E at the end of every hour, in UTC: for and against the target, and against the split."""
    looks = results.looks
    keys = [variant.key for variant in results.variants]
    yield "at", "split", *(f"above_{key}" for key in keys), *(f"below_{key}" for key in keys)
    for look in range(len(looks.ends)):
        evidence = looks.above[look].tolist() + looks.below[look].tolist()
        yield looks.moment(look).isoformat(), float(looks.split[look]), *evidence


def rows_left_out(_experiment: Experiment, results: Results, _filters: Filters) -> Rows:
    """People and machines that do not count, by reason and variant."""
    yield "reason", "variant", "visits", "signups"
    for reason, visits in results.machines.items():
        for variant, number in zip(results.variants, visits, strict=True):
            yield reason, variant.key, number, ""
    for reason, row in results.left_out.items():
        for variant, aside in zip(results.variants, row, strict=True):
            yield reason, variant.key, aside.visits, aside.signups


def rows_by_language(experiment: Experiment, _results: Results, _filters: Filters) -> Rows:
    """By language and variant, as the rule counts; '' are browsers without one."""
    yield "language", "variant", *COUNTED
    cut = Cut(sealed_rule(experiment).sources)
    found: defaultdict[str, defaultdict[str, list[Totals]]] = defaultdict(lambda: defaultdict(list))
    for kind, key, totals in result_counts.kinds_of_visitors(experiment, cut):
        found[kind.language][key].append(totals)
    keys = [variant.key for variant in experiment.variants]
    rows = {language: [total(row[key]) for key in keys] for language, row in found.items()}
    for language in sorted(rows, key=lambda name: (-total(rows[name]).served, name)):
        for key, totals in zip(keys, rows[language], strict=True):
            yield language, key, *astuple(totals)


def rows_of_reading(experiment: Experiment, _results: Results, _filters: Filters) -> Rows:
    """Who did what: questions by whether they converted, else by variant."""
    yield "did", "who", "number", "of"
    found, did = reading_of(experiment), ACTS[sealed_rule(experiment).conversion].did
    for opened in found.questions:
        yield f"opened: {opened.question}", did, *opened.signed_up
        yield f"opened: {opened.question}", "others", *opened.others
    for step in found.steps:
        for variant, share in zip(experiment.variants, step.shares, strict=True):
            yield " ".join(step.act), variant.key, *share


def rows_by_segment(experiment: Experiment, results: Results, filters: Filters) -> Rows:
    """Visitors by what they have in common; '' for a variant are all of them together."""
    yield "kind", "name", "counts", "variant", *COUNTED, "wilson_low", "wilson_high"
    came = who_came(experiment, results, filters)
    kinds = {
        "source": came.sources,
        "device": came.devices,
        "language": came.languages,
        "weekday": came.weekdays,
        "hour": came.hours,
    }
    for kind, segments in kinds.items():
        for segment in segments:
            yield from _rows_of(kind, segment, [variant.key for variant in results.variants])


def rows_of_course(_experiment: Experiment, results: Results, _filters: Filters) -> Rows:
    """Each variant's counts and decision interval when a day was over; the last row is now."""
    yield "at", "variant", "seen", "converted", "decision_low", "decision_high"
    for variant, path in zip(results.variants, course_of(results), strict=True):
        for point in path:
            counts = point.counts.seen, point.counts.converted
            yield point.at.isoformat(), variant.key, *counts, *point.interval


def rows_of_funnel(experiment: Experiment, results: Results, _filters: Filters) -> Rows:
    """How many took each step, by variant."""
    yield "step", "variant", "number"
    for stage in funnel_steps(experiment, results):
        for variant, number in zip(results.variants, stage.counts, strict=True):
            yield stage.name, variant.key, number


def rows_of_densities(_experiment: Experiment, results: Results, _filters: Filters) -> Rows:
    """The posterior of each variant: its density, and the chance of a rate or more."""
    yield "variant", "rate", "density", "probability_of_rate_or_more"
    for density in densities(results):
        for values in zip(density.rates, density.heights, density.above, strict=True):
            yield density.key, *values


def rows_of_answers(experiment: Experiment, _results: Results, _filters: Filters) -> Rows:
    """How many chose each answer. Answers in people's own words stand with their sign-up."""
    yield "question", "answer", "number", "of"
    for answers in answers_of(experiment):
        for choice, number in answers.choices:
            yield answers.question, choice, number, answers.people


def rows_of_asked(experiment: Experiment, _results: Results, _filters: Filters) -> Rows:
    """What visitors asked, and what became of it."""
    yield "question", "times", "outcome", "asked_at"
    for row in asked_on_page(experiment):
        yield row.question, row.times, row.outcome, row.asked_at.isoformat()


TABLES: dict[str, Callable[[Experiment, Results, Filters], Rows]] = {
    "days": rows_by_day,
    "variants": rows_by_variant,
    "sources": rows_by_source,
    "evidence": rows_of_evidence,
    "excluded": rows_left_out,
    "languages": rows_by_language,
    "reading": rows_of_reading,
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
        yield kind, segment.name, is_counted, key, *astuple(totals), *ends


EVENT_COLUMNS = (
    *("event", "at", "visitor", "variant", "source", "device", "language"),
    *("excluded_because", "counts"),
)
CHUNK = 500
_SHARED = ("at_us", "visitor", "variant", "source", "device", "language")
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)


def event_rows(experiment: Experiment) -> Iterator[tuple[Any, ...]]:
    """Every visit, sighting and sign-up of a test, under ``EVENT_COLUMNS``; times in UTC.

    ``counts`` says whether it enters the rate, but for the rule's sources. No address stands here.
    A test that was purged has none any more.
    """
    if experiment.purged_at is not None:
        return
    # Read at once: while a download is sent, the session that knows the experiment is over.
    for query in _queries(experiment.id):
        for row in db.session.execute(query.execution_options(yield_per=CHUNK)):
            kind, at_us, *rest, because, is_counted = row
            at = _BEGAN + timedelta(microseconds=at_us)
            yield kind, at.isoformat(), *rest, because, bool(is_counted) and not because


def _queries(experiment_id: int) -> Iterator[Select[Any]]:
    for model, kind, is_counted in (
        (Visit, "visit", true()),
        (Sighting, "seen", Sighting.is_counted),
        (Signup, "signup", Signup.is_converted),
    ):
        shared = [getattr(model, name) for name in _SHARED]
        yield (
            select(literal(kind), *shared, model.excluded_because, is_counted)
            .where(model.experiment_id == experiment_id)
            .order_by(model.at_us)
        )
