"""A red check withholds the verdict wherever one could be read."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.conftest import HandClock
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_hour
from wbtest.publishing.models import Experiment
from wbtest.results.figures import evaluate, results_of
from wbtest.results.figures_json import results_json
from wbtest.results.summary import summary
from wbtest.results.trust import panel_of
from wbtest.results.verdict_text import badge, headline
from wbtest.store import writing

Damage = Callable[[Experiment], None]
VERDICTS = ("go", "iterate", "stop")


def lose_visitors(experiment: Experiment) -> None:
    count_day(experiment, 0, "price", seen=600, converted=90, served=700)


def serve_unevenly(experiment: Experiment) -> None:
    count_hour(experiment, _first(experiment), "price", served=300)


def lose_beacons(experiment: Experiment) -> None:
    for variant in ("control", "price"):
        count_hour(experiment, _first(experiment), variant, served=900)


def change_the_rule(experiment: Experiment) -> None:
    with writing():
        experiment.sealed = experiment.sealed.replace('"target":0.08', '"target":0.04')


def let_strangers_come(experiment: Experiment) -> None:
    for variant in ("control", "price"):
        count_day(experiment, 9, variant, seen=5400, converted=12, served=6000)


def _first(experiment: Experiment) -> int:
    assert experiment.started_at is not None
    return int(experiment.started_at.timestamp()) // 3600 * 3600


@pytest.fixture
def met(begin: Start, now: HandClock) -> Experiment:
    """The price is far above the target, and beats the control."""
    experiment = begin(variants=("Price",), maximum_visitors=50_000)
    count_day(experiment, 8, "control", seen=990, converted=72, served=1125)
    count_day(experiment, 8, "price", seen=990, converted=180, served=1125)
    now.turn(days=16)
    return experiment


def test_the_verdict_is_there_while_nothing_is_red(met, now):
    values = results_json(results_of(met, now()))

    assert (values["withheld"], values["recommendation"], values["best"]) == (False, "go", "price")
    assert summary(met, now()).is_reached


@pytest.mark.parametrize(
    ("damage", "red"),
    [
        (lose_visitors, {"split", "served_split"}),
        (serve_unevenly, {"served_split"}),
        (lose_beacons, {"beacons"}),
        (change_the_rule, {"seal"}),
        (let_strangers_come, {"since"}),
    ],
)
def test_each_red_check_withholds_it_in_page_json_and_list(
    met: Experiment, now: HandClock, damage: Damage, red: set[str]
):
    damage(met)
    results, brief, listed = results_of(met, now()), evaluate(met, now()), summary(met, now())
    values = results_json(results)

    assert {check.check for check in results.trust if check.colour == "red"} == red
    assert results.is_red is brief.is_red is values["withheld"] is listed.is_withheld is True
    assert values["best"] is None
    assert not {values["recommendation"], results.verdict.choice} & {*VERDICTS}
    assert (listed.word, listed.is_reached, listed.badge.kind) == ("withheld", False, "stop")
    assert panel_of(results.trust).colour == "red"
    assert badge(results) == listed.badge
    assert headline(results).startswith("No result") or "but has fallen short since" in headline(
        results
    )


def test_what_is_withheld_comes_back_when_the_rule_is_restored(met, now):
    sealed = met.sealed
    change_the_rule(met)
    with writing():
        met.sealed = sealed

    assert results_json(results_of(met, now() + timedelta(hours=1)))["recommendation"] == "go"
