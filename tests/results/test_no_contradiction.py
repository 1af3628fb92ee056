"""Over one to six variants, whatever came: no screen says anything but what the verdict says."""

import json
import random
import re

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.results.states import DAYS, States, crowd
from wbtest.publishing.models import Experiment
from wbtest.results.captions import STANDINGS as SENTENCES
from wbtest.results.charts import COLOURS
from wbtest.results.figures import Results, results_of
from wbtest.results.verdict_text import STANDINGS, badge, headline, once_decided

TARGET = 0.08
SCREENS = ("", "/over-time", "/visitors", "/statistics", "/answers")
CHARTS = {"rates": "", "evidence": "/over-time", "course": "/over-time"}
Seen = tuple[Results, dict[str, str]]
_seen: dict[tuple[int, int], Seen] = {}


@pytest.fixture(params=[(k, seed) for k in range(1, 7) for seed in range(2)], ids=str)
def seen(request: pytest.FixtureRequest) -> Seen:
    """What is known of an experiment of so many variants, and its screens; drawn once for all."""
    if request.param not in _seen:
        team, client, now = map(request.getfixturevalue, ("team", "client", "now"))
        _seen[request.param] = draw(*request.param, team, client, now)
    return _seen[request.param]


def draw(variants: int, seed: int, team: Team, client: Browser, now: HandClock) -> Seen:
    chance = random.Random(f"{variants} {seed}")
    experiment = States(team.editor, team.approver).begin("any", variants)
    visitors = chance.choice([3, 25, 60, 120])
    rates = [chance.choice([0.02, 0.05, 0.08, 0.12, 0.2]) for _ in range(variants)]
    crowd(experiment, *((visitors, round(rate * visitors)) for rate in rates))
    now.turn(days=DAYS + 1)
    log_in(client, team.viewer)
    return results_of(experiment, now()), screens(client, experiment)


def screens(client: Browser, experiment: Experiment) -> dict[str, str]:
    address = f"/experiments/{experiment.id}/results"
    return {screen: client.get(address + screen).text for screen in SCREENS}


def colours(page: str, chart: str) -> list[str]:
    """The colour of each variant in a chart; none where it isn't drawn."""
    found = re.search(f'id="figure-{chart}">(.*?)</script>', page)
    if found is None:
        return []
    traces = [trace for trace in json.loads(found[1])["data"] if "name" in trace]
    return [trace.get("line", trace.get("marker"))["color"] for trace in traces]


def test_words_and_colours_are_those_of_the_verdict(seen: Seen):
    results, pages = seen
    standings = [variant.standing for variant in results.variants]
    # Of a few only counts are shown.
    shown = [] if results.is_sparse else standings
    table = pages[""].partition("Rates and intervals by variant")[2].partition("</table>")[0]

    assert re.findall(r'class="badge \w+">([\w ]+)<', table) == [
        STANDINGS[standing].text for standing in shown
    ]
    for chart, screen in CHARTS.items():
        assert colours(pages[screen], chart) == [COLOURS[standing] for standing in shown]
    assert [standing for standing in standings if standing in ("above", "below")] == (
        [state for state in results.verdict.states if state != "open"]
        if results.verdict.word != "not_enough"
        else []
    )


def test_an_interval_lies_where_the_verdict_puts_its_variant(seen: Seen):
    for variant, state in zip(seen[0].variants, seen[0].verdict.states, strict=True):
        assert (variant.decision.low > TARGET) == (state == "above")
        assert (variant.decision.high < TARGET and state != "above") == (state == "below")


def test_no_screen_says_more_than_the_verdict(seen: Seen):
    results, pages = seen
    standings = {variant.standing for variant in results.variants}
    never = {SENTENCES[name] for name in SENTENCES.keys() - standings}
    # “Above the target” is the beginning of “above the target so far”.
    never -= {said for said in never if any(said in SENTENCES[name] for name in standings)}

    assert badge(results).text in pages[""]
    for page in pages.values():
        said = once_decided(headline(results)).replace("“", "")
        assert said.partition("”")[0] in page.replace("“", "")
        assert not [said for said in never if said in page]
