"""Figures and sign-ups as CSV: UTF-8, RFC 4180, raw values, and no cell that could be a formula.

A cell that a spreadsheet might take for a formula, or that begins with an apostrophe or white
space, gets one apostrophe in front. Take the first apostrophe of a cell away, if it has one, and
every cell is what it was.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from defusedcsv import csv

from wbtest.audience.counts import Totals
from wbtest.results.figures import Results
from wbtest.results.signup_list import ListedSignup

Rows = Iterator[Sequence[Any]]
COUNTED = ("served", "seen", "converted", "arrived", "signups", "without_beacon", "confirmed")
SIGNUP_COLUMNS = ("email", "name", "variant", "at", "source", "device", "confirmed_at", "counts")
# Spreadsheets read these as the beginning of a formula, some after white space too.
FORMULA = ("=", "+", "-", "@", "|", "%", ";", "'", '"')


def rows_by_day(results: Results) -> Rows:
    """What was counted, by phase, local day and variant.

    ``converted`` stands on the day of the visit, ``arrived`` holds the same on the day of the
    conversion.
    """
    yield "phase", "day", "variant", *COUNTED
    for (phase, day), row in results.days.items():
        for variant, totals in zip(results.variants, row, strict=True):
            yield phase, day.isoformat(), variant.key, *_counts(totals)


def rows_by_variant(results: Results) -> Rows:
    """The newest phase by variant: counts, rate and every interval."""
    intervals = ("decision", "sequence", "wilson", "credible")
    ends = [f"{name}_{end}" for name in intervals for end in ("low", "high")]
    yield "variant", "name", *COUNTED, "rate", *ends, "probability_above_target", "rate_of_served"
    for variant, of_served in zip(results.variants, results.rates_of_served, strict=True):
        bounds = [bound for name in intervals for bound in getattr(variant, name)]
        rates = ["" if rate is None else rate for rate in (variant.rate, of_served)]
        counts = _counts(variant.totals)
        above = variant.probability_above
        yield variant.key, variant.name, *counts, rates[0], *bounds, above, rates[1]


def rows_by_source(results: Results) -> Rows:
    """The newest phase by source and variant; ``counts``: whether the rule counts the source."""
    yield "source", "counts", "variant", *COUNTED
    for source, row in results.sources.items():
        is_counted = "yes" if results.rule.counts_source(source) else "no"
        for variant, totals in zip(results.variants, row, strict=True):
            yield source, is_counted, variant.key, *_counts(totals)


def rows_of_evidence(results: Results) -> Rows:
    """Log E at the end of every hour, in UTC: for and against the target, and against the split."""
    looks = results.looks
    keys = [variant.key for variant in results.variants]
    yield "at", "split", *(f"above_{key}" for key in keys), *(f"below_{key}" for key in keys)
    for look in range(len(looks.ends)):
        evidence = looks.above[look].tolist() + looks.below[look].tolist()
        yield looks.moment(look).isoformat(), float(looks.split[look]), *evidence


def rows_set_aside(results: Results) -> Rows:
    """People and machines that do not count, in all phases, by reason and variant."""
    yield "reason", "variant", "visits", "signups"
    for reason, visits in results.machines.items():
        for variant, number in zip(results.variants, visits, strict=True):
            yield reason, variant.key, number, ""
    for reason, row in results.set_aside.items():
        for variant, aside in zip(results.variants, row, strict=True):
            yield reason, variant.key, aside.visits, aside.signups


TABLES: dict[str, Callable[[Results], Rows]] = {
    "days": rows_by_day,
    "variants": rows_by_variant,
    "sources": rows_by_source,
    "evidence": rows_of_evidence,
    "excluded": rows_set_aside,
}


def signup_rows(signups: Iterable[ListedSignup]) -> Rows:
    """Every sign-up with the reason why it counts or does not; times in UTC."""
    yield SIGNUP_COLUMNS
    for signup in signups:
        confirmed = signup.confirmed_at.isoformat() if signup.confirmed_at else ""
        yield (
            signup.email,
            signup.name,
            signup.variant,
            signup.at.isoformat(),
            signup.source,
            signup.device,
            confirmed,
            signup.standing,
        )


def as_csv(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Return the rows as lines of CSV, one at a time, so that any number can be streamed."""
    for row in rows:
        line = io.StringIO()
        # Every cell is quoted, so that no program splits one at another separator.
        csv.writer(line, quoting=csv.QUOTE_ALL).writerow([_defused(cell) for cell in row])
        yield line.getvalue()


def _defused(cell: Any) -> Any:
    if not isinstance(cell, str) or not cell:
        return cell
    is_risky = cell[0].isspace() or cell.startswith(FORMULA)
    return f"'{cell}" if is_risky else cell


def _counts(totals: Totals) -> tuple[int, ...]:
    return (
        totals.served,
        totals.seen,
        totals.converted,
        totals.arrived,
        totals.signups,
        totals.unseen,
        totals.confirmed,
    )
