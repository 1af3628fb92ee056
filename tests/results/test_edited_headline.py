"""Another headline on a page that is live: a new variant in a new phase, never an edit."""

import json
import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_hour
from wbtest.publishing.models import Experiment
from wbtest.publishing.previews import preview_token
from wbtest.publishing.running import phases

BEFORE, AFTER = "Dinner from the shelf", "Dinner without shopping"


@pytest.fixture
def experiment(begin: Start, team: Team, now: HandClock) -> Experiment:
    """A page whose headline was written anew after three days, with visitors on either side."""
    experiment = begin(variants=(BEFORE,))
    old = experiment.variants[1].key
    count_day(experiment, 0, old, seen=90, converted=9)
    now.turn(days=3)
    new = phases.write_variant(
        experiment, team.editor, name=AFTER, overrides={"headline": AFTER}
    ).key
    phases.open_phase(
        experiment, team.approver, {"control": 1, new: 1}, "The shelf said too little"
    )
    now.turn(days=3)
    count_hour(experiment, int(now().timestamp()), new, seen=40, converted=2, phase=2)
    return experiment


@pytest.fixture
def viewer(client: Browser, team: Team) -> FlaskClient:
    log_in(client, team.viewer)
    return client


def test_the_figures_of_both_headlines_stand_apart(viewer, experiment):
    found = viewer.get(f"/experiments/{experiment.id}/results.json").get_json()

    counts = [
        {row["key"]: (row["seen"], row["converted"]) for row in phase["variants"] if row["seen"]}
        for phase in found["phases"]
    ]
    _, old, new = (variant.key for variant in experiment.variants)
    assert counts == [{old: (90, 9)}, {new: (40, 2)}]


def test_the_charts_mark_the_moment_of_the_edit(viewer, experiment):
    page = viewer.get(f"/experiments/{experiment.id}/results/over-time").text
    charts = [json.loads(text) for text in re.findall(r'json" id="figure-\w[^>]*>(.*?)</s', page)]

    marked = [{str(line["x0"])[:10] for line in chart["layout"]["shapes"]} for chart in charts]
    assert len(charts) >= 3
    assert all("2027-03-04" in days for days in marked)


def test_the_old_headline_stays_readable(viewer, experiment):
    old, address = experiment.variants[1], f"/experiments/{experiment.id}"
    preview = viewer.get(f"/p/larder?preview={preview_token(experiment, old.key)}").text

    assert f"<h1>{BEFORE}</h1>" in preview
    assert old.key in viewer.get(f"{address}/seal.txt").get_json(force=True)["pages"]
    assert BEFORE in viewer.get(address).text
