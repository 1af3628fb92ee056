"""`wbtest analyze`: counts that came from elsewhere, judged as the dashboard judges its own."""

import json
from collections.abc import Mapping
from typing import Any

import click

from wbtest.cli.figures import as_text
from wbtest.publishing.rule import MOST_VARIANTS, NotARule
from wbtest.results.analysis import Given
from wbtest.results.analysis import analyze as analyzed
from wbtest.statistics import Counts
from wbtest.store import Refused

LONGEST_FILE = 1_000_000
# Beyond this floating point no longer tells two counts apart where it matters.
MOST_VISITORS = 1_000_000_000
LONGEST_KEY = 60
FIELDS = ("variants", "target", "floor", "alpha", "beta")
VARIANT_FIELDS = ("key", "name", "visitors", "signups", "weight")


class Wrong(ValueError):
    """What is given cannot be analyzed; the sentence begins with the place."""


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def analyze(file: str, as_json: bool) -> None:
    """Say what the counts in FILE (JSON; - for standard input) mean, as the dashboard would.

    \b
    {"variants": [{"key": "a", "visitors": 300, "signups": 22, "weight": 1}],
     "target": 0.05, "floor": 0.02, "alpha": 0.05}

    Visitors saw the page, sign-ups are those of them who signed up; all are taken to have had their
    time to. Weight is 1, alpha and beta are 0.05 where they are not given.
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
            raise Wrong(f"{where}.key is “{key}” once more; each variant needs its own.")
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
            raise Wrong(f"{start}{str(name)[:40]!r} is no field; there are {', '.join(known)}.")
    for name in needed:
        if name not in values:
            raise Wrong(f"{start}{name} is missing.")


def _counts(where: str, variant: Mapping[str, Any]) -> Counts:
    for name in ("visitors", "signups"):
        value = variant[name]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise Wrong(f"{where}.{name} must be a whole number from 0 on, not {_shown(value)}.")
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
