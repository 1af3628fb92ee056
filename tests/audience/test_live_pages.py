"""How soon a process learns that another one has started, paused or ended a page."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.audience.larder import Larder, broken_store, clock_of
from tests.statements import counted
from wbtest.audience import live_pages
from wbtest.audience.live_pages import LivePages, NotLoaded
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.live_snapshot import pages_version
from wbtest.publishing.models import Experiment

Process = tuple[LivePages, Callable[[float], None]]


@pytest.fixture
def process(app: Flask, larder: Larder) -> Process:
    """The pages of another process, and a hand that turns its clock."""
    time = [1_000.0]

    def wait(seconds: float) -> None:
        time[0] += seconds

    return LivePages(db.engine, clock_of(app), is_https=False, seconds=lambda: time[0]), wait


def set_state(state: str) -> None:
    """As a verb of another process, whose pages are not these."""
    verb = {"paused": lifecycle.pause, "running": lifecycle.resume, "ended": lifecycle.end}[state]
    experiment = db.session.scalars(sa.select(Experiment)).one()
    verb(experiment, experiment.author)


def test_a_paused_page_is_not_shown_half_a_second_later(process):
    pages, wait = process
    assert pages.find_running("/p/larder") is not None

    set_state("paused")
    wait(0.5)

    assert pages.find_running("/p/larder") is None


def test_the_database_is_asked_twice_a_second_at_most(process):
    pages, wait = process
    pages.find_running("/p/larder")

    set_state("paused")
    wait(0.49)

    assert pages.find_running("/p/larder") is not None


def test_a_visitor_right_after_the_start_finds_the_page(process):
    pages, wait = process
    set_state("paused")
    assert pages.find("larder").live.state == "paused"

    set_state("running")
    wait(0.1)

    assert pages.find("larder").live.state == "running"


def test_who_polls_a_page_that_is_over_does_not_ask_the_database_each_time(process):
    pages, _ = process
    set_state("ended")
    pages.find("larder")

    with counted() as asked:
        for _ in range(20):
            pages.find("larder")
            pages.find_running("/p/larder")

    assert asked == []


def test_a_process_that_has_read_nothing_yet_does_not_say_that_there_is_no_page(process):
    pages, wait = process

    with broken_store():
        assert pages.find_running("/p/larder") is None
        with pytest.raises(NotLoaded) as refused:
            pages.find("larder")
        with pytest.raises(NotLoaded):
            pages.find_by_id(1)
    wait(0.5)

    assert refused.value.status == 503
    assert pages.find("larder") is not None


def test_while_the_database_cannot_be_read_the_pages_stay(process):
    pages, wait = process
    pages.find_running("/p/larder")

    with broken_store():
        wait(60)
        found = pages.find_running("/p/larder")

    assert found is not None


def test_what_changed_meanwhile_is_learned_when_the_database_is_back(process):
    pages, wait = process
    pages.find_running("/p/larder")
    set_state("ended")
    with broken_store():
        wait(60)
        pages.find_running("/p/larder")

    wait(0.5)

    assert pages.find_running("/p/larder") is None
    assert pages.find("larder").live.state == "ended"


@pytest.mark.parametrize("path", ["/p/", "/p/lard", "/p/larder/", "/p/larder/seen", "/p/LARDER"])
def test_the_door_knows_exact_addresses_only(process, path):
    pages, _ = process

    assert pages.find_running(path) is None


def test_a_page_past_its_last_day_has_ended_even_if_no_worker_noticed(process, now):
    pages, _ = process
    found = pages.find_running("/p/larder")
    assert found is not None

    now.time = found.live.ends_at

    assert pages.find_running("/p/larder") is None
    assert pages.find("larder").live.state == "ended"


@pytest.mark.every_database
def test_a_pause_while_the_pages_are_read_does_not_make_a_test_differ_from_its_history(process):
    pages, wait = process
    paused = []

    @sa.event.listens_for(db.engine, "after_cursor_execute")
    def pause_after_the_test_was_read(_connection, _cursor, statement, *_rest):
        if "FROM experiments" in statement and not paused:
            paused.append(statement)
            set_state("paused")

    found = pages.find("larder")
    wait(0.5)

    assert paused
    assert found.live.is_shown
    assert pages.find("larder").live.state == "paused"


def test_who_comes_right_after_the_start_waits_for_another_visitor_s_look(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise all but the first of those who come at once would be told that there is no page."""
    pages, wait = process
    pages.find("larder")
    wait(0.5)
    reads, may_go_on = threading.Event(), threading.Event()

    def read_slowly(session: Session) -> Any:
        reads.set()
        assert may_go_on.wait(30)
        return pages_version(session)

    monkeypatch.setattr(live_pages, "pages_version", read_slowly)
    set_state("paused")
    with ThreadPoolExecutor(2) as visitors:
        first = visitors.submit(pages.find, "larder")
        assert reads.wait(30)
        pages._pages.clear()
        second = visitors.submit(pages.find, "larder")
        may_go_on.set()

        assert first.result(30).live.state == "paused"
        assert second.result(30).live.state == "paused"
