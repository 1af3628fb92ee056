"""What a browser says of itself in its headers, Global Privacy Control and Do Not Track too."""

import pytest

from tests.audience.larder import Visitor, sightings, signups, start_page, visits, words_in
from wbtest.audience.request_headers import (
    accepts_gzip,
    find_cookie,
    hints_of,
    is_from_here,
    is_opted_out,
)
from wbtest.publishing.page_options import Options

HOSTS = frozenset({"try.example.com"})
SIGNALS = [{"Sec-GPC": "1"}, {"DNT": "1"}]
PHOTO = {"photo": {"headline": "Dinner from a photo"}}


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "https://try.example.com"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_ORIGIN": "https://try.example.com"},
        {"HTTP_ORIGIN": "https://try.example.com:8443"},
        {"HTTP_REFERER": "https://try.example.com/p/larder"},
        {},
    ],
)
def test_our_own_page_may_send(headers):
    assert is_from_here(headers, HOSTS)


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "https://try.example.com"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "https://try.example.com.evil.example"},
        {"HTTP_ORIGIN": "null", "HTTP_REFERER": "https://try.example.com/"},
        {"HTTP_ORIGIN": "https://[", "HTTP_REFERER": "https://try.example.com/"},
        {"HTTP_REFERER": "https://evil.example/?https://try.example.com"},
    ],
)
def test_another_site_may_not_send(headers):
    assert not is_from_here(headers, HOSTS)


@pytest.mark.parametrize("headers", [{"HTTP_SEC_GPC": "1"}, {"HTTP_DNT": "1"}])
def test_a_browser_can_ask_not_to_be_counted(headers):
    assert is_opted_out(headers)


def test_a_browser_that_tracks_gladly_is_counted():
    assert not is_opted_out({"HTTP_DNT": "0"})


@pytest.mark.parametrize(
    ("header", "is_accepted"),
    [
        ("", False),
        ("br", False),
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
    ],
)
def test_gzip_is_sent_to_those_who_take_it(header, is_accepted):
    assert accepts_gzip(header) is is_accepted


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("wb-p1=x", "x"),
        ("a=1; wb-p1=x; b=2", "x"),
        ("a=1;wb-p1=x", "x"),
        ("__Host-wb-p1=y; wb-p1=x", "x"),
        ("wb-p12=y", ""),
        ("xwb-p1=y", ""),
        ("wb-p1=", ""),
        ("", ""),
    ],
)
def test_a_cookie_is_found_by_its_whole_name(header, value):
    assert find_cookie(header, "wb-p1") == value


def test_hints_of_a_prefetch_are_handed_on():
    assert hints_of({"HTTP_SEC_PURPOSE": "prefetch;prerender"}) == "prefetch;prerender"


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
