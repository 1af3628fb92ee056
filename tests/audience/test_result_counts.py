"""The figures that the results are made of."""

import pytest
from flask import Flask

from tests.audience.recording import Database, Page
from tests.conftest import HandClock
from wbtest.audience import result_counts
from wbtest.audience.quality_counts import machines_of
from wbtest.audience.result_counts import Cut, Totals, people_of
from wbtest.extensions import db, runtime
from wbtest.publishing.models import Experiment


@pytest.fixture
def page(app: Flask, now: HandClock) -> Page:
    """A page of the app, visited and signed up to by a few, some of whom do not count."""
    page = Page(Database(db.engine, runtime(app).lock, now))
    page.recorder = runtime(app).recorder
    page.see("v", 0)
    page.serve("w", 1, source="x", device="desktop")
    page.see("u", 70, source="x")
    page.sign_up("ada@x.io", "v", 65)
    page.see("t", 1, excluded_because="team")
    page.sign_up("tom@x.io", "t", 2, excluded_because="team")
    page.serve("m", 1, user_agent="curl/8.14.1", variant="b")
    page.serve("n", 1, user_agent="WhatsApp/2.24.6.77 A")
    page.see("o", 0, variant="b", source="x")
    page.recorder.flush()
    return page


@pytest.fixture
def experiment(page: Page) -> Experiment:
    return db.session.get_one(Experiment, page.id)


def test_totals_name_every_variant(experiment: Experiment) -> None:
    assert result_counts.totals_by_variant(experiment) == {
        "a": Totals(served=3, seen=2, converted=1, arrived=1, signups=1),
        "b": Totals(served=1, seen=1),
    }


def test_totals_of_some_sources_leave_out_the_others(experiment: Experiment) -> None:
    assert result_counts.totals_by_variant(experiment, ("x", "bing"))["a"] == Totals(
        served=2, seen=1
    )
    assert result_counts.totals_by_variant(experiment, ("bing",))["a"] == Totals()


def test_hours_are_in_order_and_add_up_to_the_totals(experiment: Experiment) -> None:
    first, second, other = result_counts.hours_of(experiment)

    assert first.totals == Totals(served=2, seen=1, converted=1, signups=first.totals.signups)
    assert (second.totals.served, second.totals.seen, second.totals.arrived) == (1, 1, 1)
    assert second.hour == first.hour + 3600
    assert (other.variant, other.hour) == ("b", first.hour)


def test_hours_of_one_source(experiment: Experiment) -> None:
    found = result_counts.hours_of(experiment, Cut(("x",)))

    assert [(hour.totals.served, hour.totals.seen) for hour in found] == [(1, 0), (1, 1), (1, 1)]


def test_sources_come_by_their_visits(experiment: Experiment) -> None:
    found = people_of(experiment).by_source

    assert list(found) == ["x", "newsletter"]
    assert found["newsletter"]["a"].converted == 1
    assert found["newsletter"]["b"] == Totals()


def test_what_does_not_count_is_shown_by_reason(experiment: Experiment) -> None:
    people, machines = people_of(experiment), machines_of(experiment)

    assert people.left_out_visits == {"a": {"team": 1}, "b": {}}
    assert people.left_out_signups == {"a": {"team": 1}, "b": {}}
    assert machines.by_variant == {"a": {"preview": 1}, "b": {"bot": 1}}
    assert machines.reasons == ["bot", "preview"]
