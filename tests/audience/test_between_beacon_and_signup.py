"""Nothing between the beacon and the sign-up makes somebody who signed up a visitor who didn't."""

import pytest
from flask import Flask

from tests.audience.larder import Larder, Visitor, signups, token_in
from tests.conftest import HandClock
from tests.factories import log_in
from wbtest.audience import result_counts
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.history import total


def sides(app: Flask, larder: Larder) -> tuple[int, int]:
    """How many were seen, and how many of them converted."""
    # Reading them waits until all that came is stored.
    signups(app)
    experiment = db.session.get_one(Experiment, larder.experiment.id)
    found = total(result_counts.totals_by_variant(experiment).values())
    return found.seen, found.converted


def test_who_signs_up_after_the_beacon_is_in_both_sides(app, mia, larder, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=1)
    mia.sign_up(page, "mia@x.io")

    assert sides(app, larder) == (1, 1)


@pytest.mark.parametrize("signs_up_in", [0, 1])
def test_two_tabs_opened_before_the_first_cookie_are_one_person_in_both_sides(
    app: Flask, mia: Visitor, larder: Larder, now: HandClock, signs_up_in: int
) -> None:
    # The answer to the second one comes last, so the browser keeps its cookie.
    first = Visitor(app).get()
    others = (Visitor(app) for _ in range(100))
    mia, second = next(
        (visitor, page) for visitor in others if token_in(page := visitor.get()) != token_in(first)
    )
    tabs = first, second
    for tab in tabs:
        mia.see(tab)
    now.turn(minutes=1)
    mia.sign_up(tabs[signs_up_in], "mia@x.io")

    assert sides(app, larder) == (1, 1)
    [signup] = signups(app)
    assert signup.other_variant == ""


def test_who_signs_up_before_the_beacon_by_a_clock_set_back_leaves_both_sides(
    app, mia, larder, now
):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=-10)
    mia.sign_up(page, "mia@x.io")

    assert sides(app, larder) == (0, 0)


def test_a_clock_set_back_for_a_moment_leaves_who_is_seen_again_in_both_sides(
    app, mia, larder, now
):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=-10)
    mia.see(page)
    now.turn(minutes=5)
    mia.sign_up(page, "mia@x.io")

    assert sides(app, larder) == (1, 1)


@pytest.mark.parametrize("signal", ["Sec-GPC", "DNT"])
def test_a_signal_switched_on_between_takes_its_sender_out_of_both_sides(
    app, mia, larder, now, signal
):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=1)
    mia.headers[signal] = "1"
    mia.sign_up(page, "mia@x.io")

    assert sides(app, larder) == (0, 0)
    assert [each.excluded_because for each in signups(app)] == ["opted_out"]


def test_somebody_of_the_team_who_logs_in_between_leaves_both_sides(app, mia, larder, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=1)
    log_in(mia.browser, larder.editor)
    mia.sign_up(page, "mia@x.io")

    assert sides(app, larder) == (0, 0)
    assert [each.excluded_because for each in signups(app)] == ["team"]


def test_a_signal_switched_on_after_the_sign_up_changes_nothing(app, mia, larder, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=1)
    mia.sign_up(page, "mia@x.io")
    mia.headers["Sec-GPC"] = "1"
    mia.get()

    assert sides(app, larder) == (1, 1)
