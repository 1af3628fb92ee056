"""The checks of a real experiment, read from its rows: changes, addresses, places."""

from typing import Any

import pytest

from tests.conftest import HandClock
from tests.factories import Team
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_hour
from tests.statements import counted
from wbtest.audience.models import Alarm, Engagement, Signup
from wbtest.audience.quality_counts import newest_signups
from wbtest.audience.retention import purge
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.results.figures import evaluate, results_of
from wbtest.results.trust import Check
from wbtest.store import writing
from wbtest.team.settings import change_team


@pytest.fixture
def running(begin: Start) -> Experiment:
    """Two variants that just started, and a day of visitors alike in everything."""
    experiment = begin(variants=("Price",))
    for variant in ("control", "price"):
        count_day(experiment, 0, variant, seen=700, converted=50, served=800, confirmed=40)
    return experiment


def checks_of(experiment: Experiment, now: HandClock) -> dict[str, Check]:
    return {check.check: check for check in results_of(experiment, now()).trust}


def sign_up(experiment: Experiment, number: int, **parts: Any) -> None:
    with writing() as session:
        for k in range(number):
            address = f"p{k}-{parts.get('visitor', k)}@x.io"
            values = {
                "email_key": address, "email": address, "variant": "price",
                "at_us": k, "source": "x", "device": "phone", "visitor": f"v{k}",
            }  # fmt: skip
            session.add(Signup(experiment_id=experiment.id, **(values | parts)))


def test_a_sound_test_is_green_but_for_what_cannot_be_judged(running, now):
    now.turn(days=1)

    assert {c.colour for c in checks_of(running, now).values()} == {"green", "grey"}


def test_changes_after_the_start_are_read_from_the_steps_and_the_log(
    running: Experiment, team: Team, now: HandClock
):
    now.turn(days=1)
    lifecycle.pause(running, team.owner, "The server moves.")
    now.turn(days=2)
    lifecycle.resume(running, team.owner)
    change_team(name="Larder", controller="Larder GmbH", contact_email="a@example.com")
    check = checks_of(running, now)["changes"]

    assert (check.colour, check.value) == ("amber", "2")
    assert check.reason.startswith("The test was paused from 2 March to 4 March")
    assert "On 4 March, somebody changed who’s responsible for the page" in check.reason


def test_what_happens_after_the_end_changes_no_figure(running, team, now):
    now.turn(days=10)
    lifecycle.end(running, team.owner)
    now.turn(days=1)
    change_team(name="Larder", controller="Larder GmbH", contact_email="a@example.com")

    assert checks_of(running, now)["changes"].colour == "green"


@pytest.mark.every_database
def test_addresses_that_share_a_cookie_or_have_none_are_counted(running, now):
    sign_up(running, 6, visitor="one")
    sign_up(running, 4, visitor="")
    sign_up(running, 10)
    sign_up(running, 2, visitor="suspect", excluded_because="suspected")
    newest = newest_signups(running)

    assert (newest.count, newest.shared, newest.without_cookie) == (20, 6, {"price": 4})
    assert checks_of(running, now)["cached"].colour == "amber"


def test_what_addresses_had_in_common_outlives_them(running, team, now):
    sign_up(running, 12, visitor="one", is_disposable=True, confirmed_us=5, is_automated=True)
    sign_up(running, 5, visitor="")
    now.turn(days=10)
    lifecycle.end(running, team.owner)
    before = newest_signups(running)
    purge(running)

    assert before.disposable == 12
    assert newest_signups(running) == before


@pytest.mark.every_database
def test_whose_mailboxes_converted_is_read_and_outlives_them(running, team, now):
    sign_up(running, 30, is_converted=True)
    sign_up(running, 20, visitor="never read")
    now.turn(days=10)
    lifecycle.end(running, team.owner)
    before = checks_of(running, now)["domains"]
    purge(running)
    after = checks_of(running, now)["domains"]

    assert (before.colour, before.value) == ("amber", "30 at 1 domain")
    assert after == before


@pytest.mark.every_database
def test_when_people_converted_and_what_they_left_is_read_and_outlives_them(running, team, now):
    late = int(running.started_at.timestamp() * 1_000_000) + 50 * 3_600_000_000
    sign_up(running, 30, is_converted=True, at_us=late)
    with writing() as session:
        for k in range(20):
            did = {"visitor": f"v{k}", "kind": "depth", "item": "25", "variant": "price"}
            session.add(Engagement(experiment_id=running.id, at_us=1, **did))
        session.add(
            Alarm(experiment_id=running.id, kind="many", hour=int(now().timestamp()) // 3600)
        )
    now.turn(days=10)
    lifecycle.end(running, team.owner)
    keys = ("bursts", "footprint", "alarms")
    before = [checks_of(running, now)[key] for key in keys]
    purge(running)

    assert [check.colour for check in before] == ["amber", "green", "amber"]
    assert "20 of the latest 30 sign-ups came" in before[1].reason
    assert [checks_of(running, now)[key] for key in keys] == before


def test_a_broken_split_names_the_device_and_source_that_is_missing(running, now):
    hour = int(running.started_at.timestamp()) // 3600 * 3600
    count_hour(running, hour, "control", seen=280, served=300, source="instagram")
    count_hour(running, hour, "price", seen=12, served=300, source="instagram")
    [hint] = checks_of(running, now)["split"].hints

    assert hint == (
        "Only 12 of the 292 visitors from instagram saw “Price”; about 146 should have. "
        "Open “Price” through the link at instagram."
    )


def test_a_list_asks_six_times_and_a_page_alike_however_many_came(running, now):
    def queries() -> tuple[int, int]:
        with counted() as brief:
            evaluate(running, now())
        with counted() as whole:
            results_of(running, now())
        return len(brief), len(whole)

    queries()
    before = queries()
    sign_up(running, 30)
    count_hour(running, 0, "control", seen=10, source="other")
    queries()

    assert before == queries()
    assert before[0] == 6
