"""The beacon: who is seen, and what it takes to be believed."""

import pytest

from tests.audience.larder import Visitor, sightings, start_page, token_in, visits
from tests.factories import log_in
from wbtest.publishing import lifecycle


def test_a_beacon_says_that_the_page_was_seen(app, mia):
    page = mia.get("/p/larder?utm_source=newsletter")

    answer = mia.see(page)

    [sighting] = sightings(app)
    [visit] = visits(app)
    assert (answer.status_code, answer.data) == (204, b"")
    assert sighting.is_counted
    assert (sighting.visitor, sighting.variant) == (visit.visitor, visit.variant)
    assert (sighting.source, sighting.device) == ("newsletter", "phone")


def test_a_hundred_beacons_of_one_visitor_are_one_sighting(app, mia):
    page = mia.get()
    for _ in range(100):
        mia.see(page)

    assert len(sightings(app)) == 1


def test_a_beacon_without_the_cookie_is_nobody(app, mia):
    page = mia.get()
    somebody = Visitor(app)

    assert somebody.see(page).status_code == 204
    assert sightings(app) == []


@pytest.mark.parametrize("token", ["", "x", "1:1:control:9:" + "0" * 32, "ÿ", "x" * 100_000])
def test_a_beacon_with_a_forged_token_is_not_believed(app, mia, token):
    mia.get()

    assert mia.post("/p/larder/seen", token.encode()).status_code == 204
    assert sightings(app) == []


def test_a_beacon_of_a_page_opened_more_than_a_day_ago_is_not_believed(app, mia, now):
    page = mia.get()
    now.turn(hours=25)

    mia.see(page)

    assert sightings(app) == []


def test_a_beacon_of_another_page_is_not_believed(app, mia):
    mia.get()
    start_page(slug="kiln")
    other = mia.get("/p/kiln")

    mia.post("/p/larder/seen", token_in(other))

    assert sightings(app) == []


def test_a_beacon_of_another_variant_than_the_cookies_is_not_believed(app, mia):
    shown = mia.get()
    others = (Visitor(app).get() for _ in range(100))
    other = next(page for page in others if token_in(page) != token_in(shown))

    mia.post("/p/larder/seen", token_in(other))

    assert sightings(app) == []


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "https://e.io"}]
)
def test_a_beacon_from_another_site_is_refused(app, mia, headers):
    page = mia.get()

    assert mia.see(page, **headers).status_code == 403
    assert sightings(app) == []


@pytest.mark.parametrize("objection", [{"Sec-GPC": "1"}, {"DNT": "1"}])
def test_a_browser_that_objects_since_then_is_not_recorded(app, mia, objection):
    page = mia.get()

    assert mia.see(page, **objection).status_code == 204
    assert sightings(app) == []


def test_the_team_is_recorded_apart(app, mia, larder):
    log_in(mia.browser, larder.editor)
    mia.see(mia.get())

    assert [sighting.excluded_because for sighting in sightings(app)] == ["team"]


def test_a_page_opened_before_a_pause_and_seen_during_it_is_recorded_apart(app, mia, larder):
    page = mia.get()
    lifecycle.pause(larder.experiment, larder.approver)

    mia.see(page)

    assert [sighting.excluded_because for sighting in sightings(app)] == ["paused"]


def test_a_page_that_is_over_is_not_seen_any_more(app, mia, larder):
    page = mia.get()
    lifecycle.end(larder.experiment, larder.approver)

    assert mia.see(page).status_code == 204
    assert sightings(app) == []


def test_there_is_no_beacon_where_there_is_no_page(mia):
    assert mia.post("/p/nobody/seen", "x").status_code == 404
