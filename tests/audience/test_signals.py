"""Global Privacy Control and Do Not Track: honoured, unless the team chose otherwise."""

import pytest

from tests.audience.larder import Visitor, sightings, signups, start_page, visits, words_in
from wbtest.publishing.page_options import Options

SIGNALS = [{"Sec-GPC": "1"}, {"DNT": "1"}]
PHOTO = {"photo": {"headline": "Dinner from a photo"}}


@pytest.mark.parametrize("signal", SIGNALS)
def test_they_are_honoured_by_default(app, larder, signal):
    mia = Visitor(app, **signal)
    page = mia.get()
    mia.see(page)
    mia.sign_up(page, "mia@x.io")

    assert "Set-Cookie" not in page.headers
    assert visits(app) == sightings(app) == []
    assert [signup.excluded_because for signup in signups(app)] == ["opted_out"]


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_page_that_does_not_listen_counts_like_any_other(app, now, signal):
    start_page(variants=PHOTO, options=Options(respects_signals=False))
    mia = Visitor(app, **signal)
    page = mia.get()
    mia.see(page)
    now.turn(minutes=1)
    mia.sign_up(page, "mia@x.io")

    assert "Set-Cookie" in page.headers
    assert len(visits(app)) == len(sightings(app)) == 1
    assert [signup.is_converted for signup in signups(app)] == [True]


@pytest.mark.parametrize("is_respected", [True, False])
def test_the_privacy_page_promises_no_more_than_that(app, is_respected):
    start_page(options=Options(respects_signals=is_respected))

    text = words_in(Visitor(app).get("/p/larder/privacy"))

    assert ("sends Global Privacy Control" in text) is is_respected
