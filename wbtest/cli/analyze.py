"""`wbtest results` and `wbtest analyze`: the figures of a test, or of counts from elsewhere."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Any

import click

from wbtest.cli.startup import opened
from wbtest.database import read_one_moment
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import MOST_VARIANTS, NotARule
from wbtest.results import figures, verdict_text
from wbtest.results.chart_style import odds, times
from wbtest.results.figures_json import Given, results_json
from wbtest.results.figures_json import analyze as analyzed
from wbtest.results.robustness import lines
from wbtest.statistics import Counts
from wbtest.store import Refused
from wbtest.web import moment

LONGEST_FILE = 1_000_000
# Beyond this floating point no longer tells two counts apart where it matters.
MOST_VISITORS = 1_000_000_000
LONGEST_KEY = 60
FIELDS = ("variants", "target", "floor", "alpha", "beta", "hoped_for")
VARIANT_FIELDS = ("key", "name", "visitors", "signups", "weight")
STATES = {"ok": "ok", "warn": "CARE", "stop": "STOP"}
VERDICTS = {"met": "met", "not_met": "not met", "not_enough": "not enough"}


class Wrong(ValueError):
    """What is given cannot be analyzed; the sentence begins with the place."""


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def analyze(file: str, as_json: bool) -> None:
    """Say what the counts in FILE (JSON; - for standard input) mean, as the dashboard would.

    \b
    {"variants": [{"key": "a", "visitors": 300, "signups": 22, "weight": 1}],
     "target": 0.05, "floor": 0.02, "alpha": 0.05, "hoped_for": 0.075}

    Visitors saw the page, sign-ups are those of them who signed up; all are taken to have had their
    time to. Weight is 1, alpha and beta are 0.05 where they are not given. Give the rate hoped for
    where the rule has one: a test asks less of a page that good.
    """
    try:
        values = analyzed(given_in(_read(file)))
    except ValueError as error:
        place = f"{error.field}: " if isinstance(error, NotARule) else ""
        name = file if file != "-" else "Standard input"
        raise Refused(f"{name}: {place}{error}") from error
    click.echo(json.dumps(values, ensure_ascii=False, indent=2) if as_json else as_text(values))


def given_in(values: Any) -> Given:
    """Return what a file's JSON asks. Raises ValueError with the place and what is wrong there."""
    _check_fields("", values, FIELDS, needed=("variants", "target"))
    variants = values["variants"]
    if not isinstance(variants, list) or not 1 <= len(variants) <= MOST_VARIANTS:
        raise Wrong(f"variants must be a list of one to {MOST_VARIANTS}.")
    keys: list[str] = []
    counts, weights = [], []
    for place, variant in enumerate(variants):
        where = f"variants[{place}]"
        _check_fields(where, variant, VARIANT_FIELDS, needed=("key", "visitors", "signups"))
        key = variant["key"]
        if not isinstance(key, str) or not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
            raise Wrong(f"{where}.key must be a text of 1 to {LONGEST_KEY} letters.")
        if key in keys:
            raise Wrong(f"{where}.key is “{key}” again. Each variant needs its own.")
        keys.append(key)
        counts.append(_counts(where, variant))
        weights.append(_weight(f"{where}.weight", variant.get("weight", 1)))
    rates = {name: _rate(name, values[name]) for name in FIELDS[1:] if values.get(name) is not None}
    return Given(tuple(keys), tuple(counts), tuple(weights), **rates)


def _read(file: str) -> Any:
    try:
        with click.open_file(file, "rb") as opened:
            data = opened.read(LONGEST_FILE + 1)
    except OSError as error:
        raise Wrong(f"this cannot be read ({error.strerror}).") from error
    if len(data) > LONGEST_FILE:
        raise Wrong(f"this is longer than {LONGEST_FILE:,} bytes.")
    try:
        return json.loads(data)
    except RecursionError as error:
        raise Wrong("this is nested too deeply.") from error
    except UnicodeDecodeError as error:
        raise Wrong("this is not text in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise Wrong(f"this is not JSON: {error.msg}, line {error.lineno}.") from error


def _check_fields(
    where: str, values: Any, known: tuple[str, ...], *, needed: tuple[str, ...]
) -> None:
    """Raise Wrong unless these are named values, none of them unknown and none missing."""
    if not isinstance(values, Mapping):
        raise Wrong(f"{where or 'this'} must be an object with {', '.join(needed)}.")
    start = f"{where}." if where else ""
    for name in values:
        if name not in known:
            raise Wrong(
                f"{start}{str(name)[:40]!r} isn’t a field. The fields are {', '.join(known)}."
            )
    for name in needed:
        if name not in values:
            raise Wrong(f"{start}{name} is missing.")


def _counts(where: str, variant: Mapping[str, Any]) -> Counts:
    for name in ("visitors", "signups"):
        value = variant[name]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise Wrong(f"{where}.{name} must be a whole number, 0 or more, not {_shown(value)}.")
        if value > MOST_VISITORS:
            raise Wrong(f"{where}.{name} must be at most {MOST_VISITORS:,}.")
    if variant["signups"] > variant["visitors"]:
        raise Wrong(
            f"{where}.signups ({variant['signups']:,}) is more than visitors "
            f"({variant['visitors']:,})."
        )
    return Counts(seen=variant["visitors"], converted=variant["signups"])


def _weight(where: str, value: Any) -> float:
    # Weights further apart than this stand for no share that could be told from none.
    if _is_number(value) and 1e-6 <= value <= 1e6:
        return float(value)
    raise Wrong(f"{where} must be a number from 0.000001 to 1,000,000, not {_shown(value)}.")


def _rate(name: str, value: Any) -> float:
    if _is_number(value) and 0 < value < 1:
        return float(value)
    raise Wrong(f"{name} must be a number between 0 and 1, not {_shown(value)}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:40]


@click.command()
@click.argument("slug")
@click.option("--attempt", type=click.IntRange(min=1), help="Which test; without it the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def results(slug: str, attempt: int | None, as_json: bool) -> None:
    """Show the results of the newest test at /p/SLUG, or of another attempt."""
    with opened(os.environ):
        read_one_moment()
        experiment = _find(slug.removeprefix("/p/"), attempt)
        found = figures.results_of(experiment, clock.now())
    values = results_json(found)
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
        return
    parts = (
        _head(slug.removeprefix("/p/"), values),
        as_text(values),
        _crowds(values),
        _trust(values),
        verdict_text.fragility(found),
    )
    click.echo("\n\n".join(filter(None, parts)))


def _find(slug: str, attempt: int | None) -> Experiment:
    """The attempt of this number at an address, or the newest. Raises Refused where it is none."""
    is_started = Experiment.started_at.is_not(None)
    query = (
        db.select(Experiment)
        .where(Experiment.slug == slug)
        .order_by(is_started.desc(), Experiment.attempt.desc())
    )
    found: list[Experiment] = list(db.session.scalars(query))
    if attempt is not None:
        found = [each for each in found if each.started_at and each.attempt == attempt]
    if not found:
        which = f"attempt {attempt} at" if attempt else "page"
        raise Refused(f"There is no {which} /p/{slug} in this instance.")
    return found[0]


def _head(slug: str, values: dict[str, Any]) -> str:
    attempt = f", attempt {values['attempt']}" if values["attempt"] > 1 else ""
    return f"/p/{slug}{attempt}, as of {moment(datetime.fromisoformat(values['as_of']))}"


def _crowds(values: dict[str, Any]) -> str:
    said = lines(values.get("crowds", ()))
    return "\n".join(["Announced crowds", *(f"  {line}" for line in said)]) if said else ""


def _trust(values: dict[str, Any]) -> str:
    lines = [f"  {STATES[line['state']]:<6}{line['reason']}" for line in values["trust"]]
    return "\n".join(["Can these figures be trusted?", *lines])


def as_text(values: Mapping[str, Any]) -> str:
    """Return verdict, variants, comparison and split, and of each figure whether it is safe."""
    parts = [_verdict(values), _rates(values), _evidence(values)]
    if len(values["variants"]) > 1:
        parts += [_comparison(values), _chances(values), _split(values)]
    return "\n\n".join(parts)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Return rows whose columns stand under each other, the first to the left.

    >>> print(columns([("", "rate"), ("control", "5.0%")]))
               rate
      control  5.0%
    """
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return "\n".join("  " + "  ".join(_aligned(row, widths)).rstrip() for row in rows)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *rest = zip(row, widths, strict=True)
    return [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]


def _verdict(values: Mapping[str, Any]) -> str:
    word = "withheld" if values["withheld"] else VERDICTS[values["verdict"]]
    recommended = values["recommendation"].replace("_", " ")
    rest = "" if values["withheld"] else f", {recommended}"
    return f"Verdict: {word}{rest}. {values['why']}"


def _rates(values: Mapping[str, Any]) -> str:
    rows = [("variant", "seen", "converted", "rate", "decision", "sequence", "Wilson", "credible")]
    for variant in values["variants"]:
        signed_up = variant.get("converted", variant["signups"])
        ends = [_between(variant[name]) for name in ("decision", "sequence", "wilson", "credible")]
        rows.append(
            (
                variant["key"],
                f"{variant['seen']:,}",
                f"{signed_up:,}",
                _percent(variant["rate"]),
                *ends,
            )
        )
    return f"Rates. Always valid: decision, sequence. For one look: the rest.\n{columns(rows)}"


def _evidence(values: Mapping[str, Any]) -> str:
    target = values["target"]
    rows = [
        ("variant", "above target", "below target", "chance above"),
        *(
            (
                variant["key"],
                odds(variant["log_e_above"]),
                odds(variant["log_e_below"]),
                _percent(variant["probability_above"]),
            )
            for variant in target["variants"]
        ),
    ]
    floor = "" if target["floor"] is None else f", the floor {_percent(target['floor'])}"
    needed = ""
    if "needed_above" in target:
        needed = f" Needed: {odds(target['needed_above'])} and {odds(target['needed_below'])}."
    return (
        f"Evidence. The target is {_percent(target['rate'])}{floor}. Always valid: the odds. For "
        f"one look: the chance.{needed}\n{columns(rows)}"
    )


def _comparison(values: Mapping[str, Any]) -> str:
    if values["split"]["mismatch"]:
        return "Comparison withheld: visitors aren’t split as planned."
    rows = [("variant", "evidence that it is better", "its rate is … times", "")]
    for pair in values["comparison"]:
        low, high = (inf if end is None else end for end in pair["ratio"])
        name = f"{pair['b']} against {pair['a']}"
        rows.append((name, odds(pair["log_e"]), times(low), f"to {times(high)}"))
    best = values["best"] or "none yet"
    return f"Comparison. Always valid. Best: {best}.\n{columns(rows)}"


def _chances(values: Mapping[str, Any]) -> str:
    rows = [("variant", "chance to be best", "lost by choosing it")]
    for variant in values["variants"]:
        best, loss = variant["probability_best"], variant["expected_loss"]
        rows.append((variant["key"], _percent(best), _percent(loss, digits=2)))
    return f"Ranking. For one look.\n{columns(rows)}"


def _split(values: Mapping[str, Any]) -> str:
    split = values["split"]
    word = "BROKEN" if split["mismatch"] else "as planned"
    return (
        f"Split: {word}. Evidence against it {odds(split['log_e'])} (alarm at 100 to 1); for "
        f"information: χ² {split['chi_square']:.2f}, p {split['p_value']:.3g}.\n"
        f"All equal: evidence against it {odds(values['all_equal']['log_e'])}."
    )


def _between(ends: Sequence[float | None]) -> str:
    low, high = ends
    return f"{_percent(low, unit='')} to {_percent(high)}"


def _percent(rate: float | None, digits: int = 1, unit: str = "%") -> str:
    return "–" if rate is None else f"{100 * rate:.{digits}f}{unit}"
