"""Figures as rows of raw values, for a spreadsheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from wbtest.audience import counts
from wbtest.audience.counts import Cut, Totals
from wbtest.publishing.conversions import ACTS
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.seals import sealed_rule
from wbtest.publishing.sources import group_of
from wbtest.results.figures import Results
from wbtest.results.reading import reading_of
from wbtest.results.totals import total

Rows = Iterator[Sequence[Any]]
COUNTED = (
    *("served", "seen", "converted", "arrived", "signups", "without_beacon", "confirmed"),
    *("answered", "price", "call", "preorder"),
)


def rows_by_day(results: Results) -> Rows:
    """What was counted, by local day and variant.

    ``converted`` stands on the day of the visit, ``arrived`` holds the same on the day of the
    conversion.
    """
    yield "day", "variant", *COUNTED
    for day, row in results.days.items():
        for variant, totals in zip(results.variants, row, strict=True):
            yield day.isoformat(), variant.key, *numbers_of(totals)


def rows_by_variant(results: Results) -> Rows:
    """By variant: counts, rate and every interval."""
    intervals = ("decision", "sequence", "wilson", "credible")
    ends = [f"{name}_{end}" for name in intervals for end in ("low", "high")]
    yield "variant", "name", *COUNTED, "rate", *ends, "probability_above_target", "rate_of_served"
    for variant, of_served in zip(results.variants, results.rates_of_served, strict=True):
        bounds = [bound for name in intervals for bound in getattr(variant, name)]
        rates = ["" if rate is None else rate for rate in (variant.rate, of_served)]
        counts = numbers_of(variant.totals)
        above = variant.probability_above
        yield variant.key, variant.name, *counts, rates[0], *bounds, above, rates[1]


def rows_by_source(results: Results) -> Rows:
    """By source and variant.

    ``counts``: whether the rule counts the source; ``group``: what kind of place it is.
    """
    yield "source", "counts", "variant", *COUNTED, "group"
    for source, row in results.sources.items():
        is_counted = "yes" if results.rule.counts_source(source) else "no"
        for variant, totals in zip(results.variants, row, strict=True):
            yield source, is_counted, variant.key, *numbers_of(totals), group_of(source)


def rows_of_evidence(results: Results) -> Rows:
    """Log E at the end of every hour, in UTC: for and against the target, and against the split."""
    looks = results.looks
    keys = [variant.key for variant in results.variants]
    yield "at", "split", *(f"above_{key}" for key in keys), *(f"below_{key}" for key in keys)
    for look in range(len(looks.ends)):
        evidence = looks.above[look].tolist() + looks.below[look].tolist()
        yield looks.moment(look).isoformat(), float(looks.split[look]), *evidence


def rows_left_out(results: Results) -> Rows:
    """People and machines that do not count, by reason and variant."""
    yield "reason", "variant", "visits", "signups"
    for reason, visits in results.machines.items():
        for variant, number in zip(results.variants, visits, strict=True):
            yield reason, variant.key, number, ""
    for reason, row in results.left_out.items():
        for variant, aside in zip(results.variants, row, strict=True):
            yield reason, variant.key, aside.visits, aside.signups


def rows_by_language(experiment: Experiment) -> Rows:
    """By language and variant, as the rule counts; '' are browsers without one."""
    yield "language", "variant", *COUNTED
    cut = Cut(sealed_rule(experiment).sources)
    found: defaultdict[str, defaultdict[str, list[Totals]]] = defaultdict(lambda: defaultdict(list))
    for kind, key, totals in counts.kinds_of_visitors(experiment, cut):
        found[kind.language][key].append(totals)
    keys = [variant.key for variant in experiment.variants]
    rows = {language: [total(row[key]) for key in keys] for language, row in found.items()}
    for language in sorted(rows, key=lambda name: (-total(rows[name]).served, name)):
        for key, totals in zip(keys, rows[language], strict=True):
            yield language, key, *numbers_of(totals)


def rows_of_reading(experiment: Experiment) -> Rows:
    """Who did what: questions by whether they converted, else by variant."""
    yield "did", "who", "number", "of"
    found, did = reading_of(experiment), ACTS[sealed_rule(experiment).conversion].did
    for opened in found.questions:
        yield f"opened: {opened.question}", did, *opened.signed_up
        yield f"opened: {opened.question}", "others", *opened.others
    for step in found.steps:
        for variant, share in zip(experiment.variants, step.shares, strict=True):
            yield " ".join(step.act), variant.key, *share


def numbers_of(totals: Totals) -> tuple[int, ...]:
    """Return what the columns ``COUNTED`` hold."""
    return (
        totals.served,
        totals.seen,
        totals.converted,
        totals.arrived,
        totals.signups,
        totals.unseen,
        totals.confirmed,
        totals.answered,
        totals.price,
        totals.call,
        totals.preorder,
    )


TABLES: dict[str, Callable[[Results], Rows]] = {
    "days": rows_by_day,
    "variants": rows_by_variant,
    "sources": rows_by_source,
    "evidence": rows_of_evidence,
    "excluded": rows_left_out,
}
# What no figure of the page needs, so it is read only when it is asked for.
MORE_TABLES: dict[str, Callable[[Experiment], Rows]] = {
    "languages": rows_by_language,
    "reading": rows_of_reading,
}
