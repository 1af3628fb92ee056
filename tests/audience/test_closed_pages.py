"""Forms and beacons of a page that was paused or ended while they were open."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.audience.larder import (
    RULE,
    Larder,
    Visitor,
    mails,
    sightings,
    signups,
    start_page,
    token_in,
    words_in,
)
from wbtest.audience.recording.rollup import differences
from wbtest.extensions import db
from wbtest.publishing import lifecycle

Close = Callable[[Larder], object]


def pause(larder: Larder) -> object:
    return lifecycle.pause(larder.experiment, larder.approver)


def end(larder: Larder) -> object:
    return lifecycle.end(larder.experiment, larder.approver)


both = pytest.mark.parametrize("close", [pause, end])


@both
def test_a_form_that_was_open_when_the_page_closed_counts_as_any_other(
    app, mia, larder, now, close: Close
):
    page = mia.get()
    mia.see(page)
    close(larder)
    now.turn(hours=23)

    assert mia.sign_up(page, "mia@x.io").status_code == 303

    [signup] = signups(app)
    assert (signup.excluded_because, signup.is_converted) == ("", True)
    assert len(mails(app, "mia@x.io")) == 1
    assert differences(db.session.connection()) == []


@both
def test_who_sent_the_form_of_a_closed_page_is_thanked(mia, larder, close: Close):
    page = mia.get()
    close(larder)

    answer = mia.get(mia.sign_up(page, "mia@x.io").headers["Location"])

    assert answer.status_code == 200
    assert "Thanks, you’re on the list." in words_in(answer)


def test_nobody_is_thanked_once_nobody_can_sign_up(mia, larder, now):
    end(larder)
    assert "Thanks, you’re on the list." in words_in(mia.get("/p/larder/thanks"))

    now.turn(hours=24, seconds=1)

    assert "Sign-up is closed." in words_in(mia.get("/p/larder/thanks"))


@pytest.mark.parametrize(
    ("close", "status", "words"),
    [(pause, 503, "This page is paused."), (end, 410, "Sign-up is closed.")],
)
def test_after_the_window_a_closed_page_takes_no_form(app, mia, larder, now, close, status, words):
    page = mia.get()
    now.turn(minutes=59)
    close(larder)
    now.turn(hours=24, seconds=1)

    answer = mia.sign_up(page, "mia@x.io")

    assert (answer.status_code, words in words_in(answer)) == (status, True)
    assert signups(app) == []


def test_the_window_begins_with_the_end_of_the_last_day_though_nobody_pressed_end(app, mia, now):
    # The last day is 31 March in London, where it is summer by then.
    now.turn(days=30, hours=13, minutes=59)
    page = mia.get()
    mia.see(page)
    now.turn(hours=23)

    assert mia.get().status_code == 410
    assert mia.sign_up(page, "mia@x.io").status_code == 303
    assert [signup.is_converted for signup in signups(app)] == [True]

    now.turn(hours=1, minutes=1, seconds=1)
    assert mia.sign_up(page, "max@x.io").status_code == 410


def test_the_window_begins_with_the_pause_that_the_end_followed(app, mia, larder, now):
    page = mia.get()
    now.turn(hours=1)
    pause(larder)
    now.turn(hours=22)
    end(larder)
    now.turn(hours=1)
    assert mia.sign_up(page, "mia@x.io").status_code == 303

    now.turn(hours=1, seconds=1)
    assert mia.sign_up(page, "max@x.io").status_code == 410


@both
def test_a_typing_error_costs_nobody_their_turn(app, mia, larder, now, close: Close):
    page = mia.get()
    close(larder)
    now.turn(hours=2)

    answer = mia.sign_up(page, "mia@")

    assert (answer.status_code, token_in(answer)) == (422, token_in(page))
    assert mia.sign_up(answer, "mia@x.io").status_code == 303
    assert len(signups(app)) == 1


@both
def test_a_forged_form_is_not_shown_the_page(mia, larder, close: Close):
    close(larder)

    answer = mia.post("/p/larder/signup", {"token": "1:1:photo:0:" + "0" * 32, "email": "a@x.io"})

    assert answer.status_code in (410, 503)
    assert "token" not in answer.text


def test_a_form_printed_before_a_pause_counts_after_it(app, mia, larder):
    page = mia.get()
    pause(larder)
    lifecycle.resume(larder.experiment, larder.approver)

    assert mia.sign_up(page, "mia@x.io").status_code == 303
    assert [signup.excluded_because for signup in signups(app)] == [""]


def test_who_looks_at_the_page_only_in_a_pause_is_in_neither_side_of_the_rate(
    app, mia, larder, now
):
    page = mia.get()
    pause(larder)
    mia.see(page)
    now.turn(minutes=1)
    mia.sign_up(page, "mia@x.io")

    assert [sighting.excluded_because for sighting in sightings(app)] == ["paused"]
    assert [signup.is_converted for signup in signups(app)] == [False]
    assert differences(db.session.connection()) == []


def test_who_looks_at_the_page_only_after_the_end_is_in_neither_side_of_the_rate(app, mia, larder):
    page = mia.get()
    end(larder)

    assert mia.see(page).status_code == 204
    mia.sign_up(page, "mia@x.io")

    assert sightings(app) == []
    assert [signup.is_converted for signup in signups(app)] == [False]


def test_a_worker_that_notices_the_last_day_late_makes_the_window_no_longer(app, now):
    start_page(rule=replace(RULE, conversion_window_hours=2))
    mia = Visitor(app)
    now.turn(days=30, hours=13, minutes=59)
    page = mia.get()
    now.turn(hours=2)
    lifecycle.end_overdue(now())
    assert mia.sign_up(page, "mia@x.io").status_code == 303

    now.turn(minutes=2)

    assert mia.sign_up(page, "max@x.io").status_code == 410


def test_a_mistyped_address_does_not_lead_to_the_log_in_of_a_team(client):
    answer = client.get("/p/nowhere")

    assert answer.status_code == 404
    assert "The address may be mistyped" in answer.text
    assert 'href="/"' not in answer.text
