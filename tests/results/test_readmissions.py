"""Who was left out, and people whom an owner shows beside the sealed figures."""

import pytest

from tests.conftest import Browser
from tests.factories import Team, log_in
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_hour, count_machines
from wbtest.audience.readmissions import readmissions, readmit, withdraw
from wbtest.publishing.models import Experiment
from wbtest.results.readmitted import beside
from wbtest.store import Gone, Invalid

WHY = "The till's own tablet sent them: we were there."


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    experiment = begin(variants=("Kitchen",))
    count_day(experiment, 0, seen=90, converted=9)
    hour = int(experiment.started_at.timestamp())
    count_hour(experiment, hour, seen=10, converted=5, excluded_because="team")
    count_hour(experiment, hour, "kitchen", signups=7, excluded_because="suspected")
    count_machines(experiment, 12)
    return experiment


def url(experiment: Experiment, page: str = "excluded") -> str:
    return f"/experiments/{experiment.id}/{page}"


def test_figures_stand_beside_the_sealed_ones(experiment):
    control, kitchen = beside(experiment, ["team", "suspected", "paused"])

    assert (control.sealed.seen, control.added.seen, control.together.seen) == (90, 10, 100)
    assert (control.sealed.converted, control.together.converted) == (9, 14)
    assert (kitchen.added.seen, kitchen.added.signups) == (0, 7)


def test_nothing_that_counts_moves(client: Browser, experiment, team: Team):
    log_in(client, team.owner)
    before = client.get(url(experiment, "results.json")).get_json()

    readmit(experiment, team.owner, "team", WHY)

    assert client.get(url(experiment, "results.json")).get_json() == before


@pytest.mark.parametrize("reason", ["bot", "preview", "opted_out", "source", "", "lost"])
def test_machines_and_objectors_stay_out(experiment, team, reason):
    with pytest.raises(Invalid):
        readmit(experiment, team.owner, reason, WHY)


@pytest.mark.parametrize("why", ["", "just so", "x " * 2_000, "one two \x00"])
def test_a_reason_says_something(experiment, team, why):
    with pytest.raises(Invalid):
        readmit(experiment, team.owner, "team", why)


def test_twice_the_same_is_once(experiment, team):
    first = readmit(experiment, team.owner, "team", WHY)

    assert readmit(experiment, team.owner, "team", "Another one, later.") is first


def test_what_was_taken_back_stays_in_the_log(experiment, team):
    readmit(experiment, team.owner, "team", WHY)
    withdraw(experiment, team.owner, 1)
    readmit(experiment, team.owner, "team", "On second thoughts: yes.")

    assert [each.withdrawn_at is None for each in readmissions(experiment)] == [True, False]
    with pytest.raises(Gone):
        withdraw(experiment, team.owner, 9)


def test_the_page_says_who_was_left_out_and_what_that_means(client, experiment, team):
    log_in(client, team.viewer)

    page = client.get(url(experiment)).text

    assert "People of the team" in page
    assert "Called itself a crawler or a script" in page
    assert "These were people after all" not in page


def test_an_owner_readmits_and_everybody_sees_it(client, experiment, team):
    log_in(client, team.owner)
    form = {"reason": "team", "why": WHY}
    assert client.send(url(experiment, "readmit"), form).status_code == 303
    log_in(client, team.viewer)

    page, dashboard = client.get(url(experiment)).text, client.get(url(experiment, "results")).text

    assert "14 of 100" in page
    assert "The till&#39;s own tablet sent them" in page
    assert "Readmitted beside these figures: people of the team." in dashboard


def test_a_mistake_keeps_what_was_typed(client, experiment, team):
    log_in(client, team.owner)

    answer = client.send(url(experiment, "readmit"), {"reason": "team", "why": "hm"})

    assert answer.status_code == 422
    assert "Say how you know in a sentence" in answer.text
    assert ">hm</textarea>" in answer.text.replace("\r\n", "")


def test_taking_it_back_is_a_button(client, experiment, team):
    log_in(client, team.owner)
    readmit(experiment, team.owner, "team", WHY)

    assert client.send(url(experiment, "readmissions/1/withdraw")).status_code == 303
    assert "took it back" in client.get(url(experiment)).text


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 403), ("approver", 403), ("owner", 303), ("stranger", 404)]
)
def test_only_owners_readmit(client, experiment, team, stranger, role, status):
    whom = stranger if role == "stranger" else getattr(team, role)
    log_in(client, whom)
    form = {"reason": "team", "why": WHY}

    assert client.send(url(experiment, "readmit"), form).status_code == status


def test_before_anything_was_left_out_the_page_says_what_will_stand_there(client, begin, team):
    experiment = begin()
    log_in(client, team.viewer)

    assert "Nobody and nothing was left out" in client.get(url(experiment)).text
