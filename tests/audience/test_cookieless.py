"""A page that sets no cookie tells visitors apart by a keyed hash, and keeps nothing else."""

import json
from pathlib import Path

import pytest
from flask import Flask

from tests.audience.larder import (
    Larder,
    Visitor,
    mails,
    sightings,
    signups,
    start_page,
    token_in,
    visits,
    words_in,
)
from wbtest.audience.recording.rollup import differences
from wbtest.audience.visitors import hashed_visitor
from wbtest.config import Settings
from wbtest.extensions import db
from wbtest.publishing.page_options import Options

KEY = b"k" * 32
IP = "203.0.113.77"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0 zqagent"
LINK = "/p/larder?utm_source=Newsletter"


@pytest.fixture
def prepared() -> None:
    """No rows: the page here is another one."""


@pytest.fixture
def larder(app: Flask) -> Larder:
    return start_page(options=Options(counting="cookieless"))


def somebody(app: Flask, ip: str = IP, agent: str = AGENT, **headers: str) -> Visitor:
    visitor = Visitor(app, **{"User-Agent": agent, **headers})
    visitor.browser.environ_base["REMOTE_ADDR"] = ip
    return visitor


def test_the_hash_is_the_same_for_one_network_and_browser_on_one_page():
    mia = hashed_visitor(KEY, IP, AGENT)

    assert (mia, len(mia)) == (hashed_visitor(KEY, IP, AGENT), 32)
    others = [(b"o" * 32, IP, AGENT), (KEY, "203.0.113.78", AGENT), (KEY, IP, AGENT + "1")]
    assert mia not in {hashed_visitor(*other) for other in others}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::5", "2001:db8:1:2:aaaa::1", True),
        ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
        ("::ffff:203.0.113.77", "203.0.113.77", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("not:an:address", "not:an:address", True),
    ],
)
def test_an_ipv6_home_is_one_network(one, other, is_same):
    assert (hashed_visitor(KEY, one, AGENT) == hashed_visitor(KEY, other, AGENT)) is is_same


def test_no_cookie_is_set_and_two_loads_are_one_visitor(app, larder):
    first, second = somebody(app).get(), somebody(app).get()

    assert "Set-Cookie" not in first.headers
    assert first.data == second.data
    assert len(visits(app)) == 1


def test_beacon_and_sign_up_find_the_visitor_and_its_source_without_a_cookie(app, larder, now):
    page = somebody(app).get(LINK, Referer="https://t.co/x", **{"Accept-Language": "de"})
    somebody(app).see(page, **{"Accept-Language": "de"})
    now.turn(minutes=1)
    somebody(app).sign_up(page, "mia@x.io")

    [visit], [sighting], [signup] = visits(app), sightings(app), signups(app)
    assert visit.visitor == sighting.visitor == signup.visitor
    assert {row.source for row in (visit, sighting, signup)} == {"newsletter"}
    assert (sighting.language, sighting.device, signup.is_converted) == ("de", "desktop", True)
    assert differences(db.session, 1) == []


def test_a_beacon_whose_visit_is_gone_is_of_an_unknown_source(app, larder):
    page = somebody(app).get(LINK)
    [visit] = visits(app)
    db.session.delete(visit)
    db.session.commit()

    somebody(app).see(page)

    assert [sighting.source for sighting in sightings(app)] == ["unknown"]


@pytest.mark.parametrize("options", [Options(), Options(counting="cookieless")])
def test_a_persons_file_leaves_out_what_others_on_the_network_may_have_done(app, options):
    start_page(options=options)
    mia = somebody(app)
    page = mia.get()
    mia.see(page)
    mia.sign_up(page, "mia@x.io")
    token = mails(app, "mia@x.io")[0].leave_url.rpartition("/")[2]

    data = json.loads(mia.get(f"/mine/{token}/data.json").data)

    assert bool(data["seen_at"]) is (options.counting == "cookie")


def test_who_objects_is_forgotten_and_stays_so(app, larder):
    mia = somebody(app)
    mia.see(mia.get())

    answer = mia.post("/p/larder/object", {})
    mia.see(mia.get())

    assert [name for name, _ in answer.headers].count("Set-Cookie") == 1
    assert visits(app) == sightings(app) == []


def test_who_sends_gpc_leaves_no_hash(app, larder):
    mia = somebody(app, **{"Sec-GPC": "1"})
    page = mia.get()
    mia.see(page)
    mia.sign_up(page, "mia@x.io", website="https://spam.example")

    assert visits(app) == sightings(app) == []
    assert [signup.visitor for signup in signups(app)] == [""]


def test_the_page_says_what_is_true(app, larder):
    mia = somebody(app)

    privacy = words_in(mia.get("/p/larder/privacy"))
    assert "From your IP address" in privacy
    assert "One cookie" not in privacy


def test_neither_address_nor_browser_is_kept_anywhere(
    app, larder, settings: Settings, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    mia = somebody(app)
    page = mia.get(LINK)
    mia.see(page)
    mia.post("/p/larder/did", f"{token_in(page)}\nfaq 1")
    mia.sign_up(page, "mia@x.io")
    assert len(signups(app)) == 1

    files = [file for file in Path(settings.instance).rglob("*") if file.is_file()]
    kept = b"".join(file.read_bytes() for file in files) + caplog.text.encode()
    rows = repr([vars(row) for row in (*visits(app), *sightings(app), *signups(app))]).encode()
    assert visits(app)[0].visitor.encode() in kept + rows
    assert [word for word in (IP, AGENT, "zqagent") if word.encode() in kept + rows] == []
