"""`wbtest results`: what the dashboard of an experiment shows, as text or JSON."""

import json
import os
from datetime import datetime
from typing import Any

import click

from wbtest.cli.figures import as_text
from wbtest.cli.instance import opened
from wbtest.extensions import clock, db
from wbtest.http import moment
from wbtest.moments import read_one_moment
from wbtest.publishing.models import Experiment
from wbtest.results.crowd_figures import lines
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json
from wbtest.results.verdict_text import fragility
from wbtest.store import Refused

STATES = {"ok": "ok", "warn": "CARE", "stop": "STOP"}


@click.command()
@click.argument("slug")
@click.option("--attempt", type=click.IntRange(min=1), help="Which test; without it the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def results(slug: str, attempt: int | None, as_json: bool) -> None:
    """Say what is known of the newest experiment at /p/SLUG, now, or of another attempt."""
    with opened(os.environ):
        read_one_moment()
        experiment = _find(slug.removeprefix("/p/"), attempt)
        found = results_of(experiment, clock.now())
    values = results_json(found)
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
        return
    parts = (
        _head(slug.removeprefix("/p/"), values),
        as_text(values),
        _crowds(values),
        _trust(values),
        fragility(found),
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
