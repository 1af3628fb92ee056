"""What it takes to move a result unseen, as the panel says it."""

import pytest

from tests.conftest import Browser
from tests.factories import Team, log_in
from tests.results.conftest import Start
from tests.results.crowd import count_day
from wbtest.results.trusting.price import price_of
from wbtest.statistics import Counts


@pytest.mark.parametrize("converted", [20, 48])
def test_far_from_the_target_it_takes_many_networks(converted: int) -> None:
    assert "12 networks where visitors share carriers" in price_of(Counts(400, converted), 0.08)


@pytest.mark.parametrize("converted", [26, 32, 40])
def test_close_to_the_target_it_takes_few(converted: int) -> None:
    assert "8 networks" in price_of(Counts(400, converted), 0.08)


def test_the_panel_says_it_and_leads_to_what_a_stranger_can_do(
    begin: Start, team: Team, client: Browser
) -> None:
    experiment = begin()
    count_day(experiment, 0, "control", seen=400, converted=60)
    log_in(client, team.owner)

    page = client.get(f"/experiments/{experiment.id}/results").text
    assert "moving a result unseen took" in page
    assert client.get("/help/trust").status_code == 200
    assert 'href="/help/trust"' in page
