"""`wbtest results`: what the dashboard of an experiment shows, as text or JSON."""

import json
import os
from typing import Any

import click

from wbtest.cli.figures import as_text
from wbtest.cli.instance import opened
from wbtest.extensions import clock, db
from wbtest.moments import read_one_moment
from wbtest.publishing.models import Experiment
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json
from wbtest.store import Refused

STATES = {"ok": "ok", "warn": "CARE", "stop": "STOP"}


@click.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def results(slug: str, as_json: bool) -> None:
    """Say what is known of the experiment whose page is /p/SLUG, now."""
    with opened(os.environ):
        read_one_moment()
        query = db.select(Experiment).where(Experiment.slug == slug.removeprefix("/p/"))
        experiment = db.session.scalar(query)
        if experiment is None:
            raise Refused(f"There is no page /p/{slug.removeprefix('/p/')} in this instance.")
        values = results_json(results_of(experiment, clock.now()))
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
        return
    click.echo(
        f"{_head(slug.removeprefix('/p/'), values)}\n\n{as_text(values)}\n\n{_trust(values)}"
    )


def _head(slug: str, values: dict[str, Any]) -> str:
    attempt = f", attempt {values['attempt']}" if values["attempt"] > 1 else ""
    return f"/p/{slug}{attempt}, as of {values['as_of']}"


def _trust(values: dict[str, Any]) -> str:
    lines = [f"  {STATES[line['state']]:<6}{line['reason']}" for line in values["trust"]]
    return "\n".join(["Can these figures be trusted?", *lines])
