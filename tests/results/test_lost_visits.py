"""Visits that could not be stored are told apart from machines."""

import pytest
from flask import Flask

from tests.conftest import Browser
from tests.factories import Team, log_in
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_machines


@pytest.fixture
def page(app: Flask, begin: Start, client: Browser, team: Team) -> str:
    """The results of a page that 12 bots came to, and of which 7 visits were lost."""
    experiment = begin()
    count_day(experiment, 0, seen=90, converted=9)
    count_machines(experiment, 12)
    count_machines(experiment, 7, reason="lost")
    log_in(client, team.viewer)
    address = f"/experiments/{experiment.id}/results"
    return client.get(address).text + client.get(f"{address}/visitors").text


def test_a_check_warns_of_lost_visits(page):
    assert "The database didn’t store 7 visits or views" in page


def test_lost_visits_are_no_bots(page):
    assert "Excluded: 12 bots." in page


def test_lost_visits_stand_under_what_does_not_count(page):
    assert "Lost, because the database didn’t store them" in page
