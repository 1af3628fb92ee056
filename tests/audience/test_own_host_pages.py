"""A page at a host of its own: what is there, what is not, and that nobody is counted twice."""

import re
from urllib.parse import urlsplit

import pytest

from tests.audience.larder import (
    Visitor,
    draft_page,
    mails,
    sightings,
    signups,
    start_next,
    start_page,
    token_in,
    visits,
)
from tests.factories import log_in, make_checked, make_person
from wbtest.audience.page_server import BESIDE_PAGE
from wbtest.publishing import lifecycle
from wbtest.publishing import rule as rules
from wbtest.publishing.experiments import change_rule, find_newer_test
from wbtest.publishing.own_hosts import hosts_in_use
from wbtest.publishing.page_options import Options
from wbtest.publishing.whole_drafts import clone_experiment

HOST = "halfchair.com"
VARIANTS = {"photo": {"headline": "Dinner from a photo"}}
# What the team has, and what nobody has.
OF_THE_TEAM = (
    "/login", "/ideas", "/settings", "/setup/x", "/experiments/1", "/experiments/1/results",
    "/releases/1", "/api/v1/experiments", "/api/docs", "/invitation/x", "/review/x", "/shared/x",
    "/doctor/x", "/readyz", "/help", "/.well-known/change-password", "/.env",
    "/./login", "/../login", "/%2e%2e/login", "/static/../login", "/confirm/../login", "/login/",
    "/p/larder/../../login", "/p/kiln", "/p/larder/login", "/LOGIN", "/login;x", "/\\login",
)  # fmt: skip


@pytest.fixture
def home(app):
    """A page at a host of its own, with two variants."""
    return start_page(host=HOST, variants=VARIANTS)


@pytest.fixture
def guest(app, home):
    """Somebody who has typed the host, and has not been there before."""
    return Visitor(app, Host=HOST)


def sign_up(guest, page, email="mia@example.com"):
    return guest.post("/signup", {"token": token_in(page), "email": email, "website": ""})


def move(experiment, host):
    """Give a draft this host."""
    return change_rule(
        experiment,
        rule=rules.from_json(experiment.rule),
        time_zone=experiment.time_zone,
        host=host,
    )


def test_the_page_is_at_the_root_and_all_its_links_stay_there(app, guest):
    page = guest.get("/")

    assert page.status_code == 200
    assert f'rel="canonical" href="http://{HOST}"' in page.text
    assert f'content="http://{HOST}/share.png"' in page.text
    assert "/p/larder" not in page.text
    assert "localhost" not in page.text
    led = {*re.findall(r'(?:href|action|src)="(/[^"]*)"', page.text)}
    assert {"/signup", "/privacy", "/ask?test=1"} >= led - {"/icon.png"}
    for path in ("/icon.png", "/share.png", "/privacy", "/thanks", "/object"):
        assert guest.get(path).status_code == 200


def test_visit_view_and_sign_up_count_there(app, guest):
    page = guest.get("/?utm_source=newsletter")
    guest.post("/seen", token_in(page))
    thanks = sign_up(guest, page)

    assert [visit.source for visit in visits(app)] == ["newsletter"]
    assert len(sightings(app)) == 1
    assert [row.excluded_because for row in signups(app)] == [""]
    assert urlsplit(thanks.location).path == "/thanks"
    assert guest.get(thanks.location).status_code == 200


def test_its_cookie_is_of_that_host_alone(app, guest):
    [cookie] = guest.get("/").headers.getlist("Set-Cookie")

    assert "Domain=" not in cookie
    assert "; Path=/; HttpOnly; SameSite=Lax" in cookie
    assert guest.get("/").headers.getlist("Set-Cookie") == []


def test_the_mail_leads_back_there(app, guest):
    sign_up(guest, guest.get("/"))

    [mail] = mails(app, "mia@example.com")
    led = re.findall(r"http://\S+", mail.body)
    assert {urlsplit(url).netloc for url in led} == {HOST}
    for url in led:
        assert guest.get(urlsplit(url).path or "/").status_code == 200
    gone = guest.browser.post(urlsplit(mail.leave_url).path, headers=guest.headers)
    assert gone.status_code == 200


@pytest.mark.parametrize("path", OF_THE_TEAM)
def test_nothing_of_the_team_is_there(app, guest, path):
    log_in(guest.browser, start_page(slug="kiln").approver)
    for method in ("GET", "POST"):
        answer = guest.browser.open(path, method=method, headers=guest.headers)

        assert answer.status_code in (404, 405)
        assert "password" not in answer.text.lower()
        assert not answer.headers.getlist("Set-Cookie")


def test_what_lies_beside_the_page_is_public_at_any_host(app, guest):
    for name in BESIDE_PAGE:
        assert guest.get(f"/{name}").status_code in (200, 404)


def test_a_session_of_the_team_opens_nothing_there(app, home, guest):
    log_in(guest.browser, home.approver)

    assert "Log out" not in guest.get("/").text
    assert guest.get("/?preview=x").status_code == 404


def test_the_address_before_leads_there_with_all_it_says(app, home):
    mia = Visitor(app)

    moved = mia.get("/p/larder?utm_source=flyer&x=a%20b")
    small = mia.get("/p/larder/privacy?test=1")

    assert (moved.status_code, moved.location) == (302, f"http://{HOST}?utm_source=flyer&x=a%20b")
    assert small.location == f"http://{HOST}/privacy?test=1"
    assert not moved.headers.getlist("Set-Cookie")
    assert visits(app) == []


def test_a_form_sent_to_the_address_before_leads_to_the_page(app, home):
    sent = Visitor(app).post("/p/larder/signup", {"email": "mia@example.com"})

    assert (sent.status_code, sent.location) == (303, f"http://{HOST}")
    assert signups(app) == []


def test_a_visitor_who_comes_by_both_addresses_is_counted_once(app, home):
    mia = Visitor(app, Host=HOST)
    mia.get("/p/larder", Host="localhost")
    mia.get("/")
    mia.get("/")

    assert len(visits(app)) == 1


def test_a_member_led_there_is_not_counted(app, home):
    member = Visitor(app, Host=HOST)
    log_in(member.browser, home.approver)

    led = member.get("/p/larder", Host="localhost").location
    entered = member.get(led.removeprefix(f"http://{HOST}"))
    page = member.get("/")

    assert (entered.status_code, entered.location) == (303, "/")
    assert page.status_code == 200
    assert [visit.excluded_because for visit in visits(app)] == ["team"]


@pytest.mark.parametrize("by", ["", "0" * 64, "é"])
def test_nobody_makes_a_member_of_themselves(app, guest, by):
    assert (
        guest.browser.get("/team", query_string={"by": by}, headers=guest.headers).status_code
        == 404
    )


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_member_is_led_also_where_two_clocks_differ(app, home, now, seconds):
    member = Visitor(app)
    log_in(member.browser, home.approver)
    led = member.get("/p/larder").location.removeprefix(f"http://{HOST}")

    now.turn(seconds=seconds)

    assert Visitor(app, Host=HOST).get(led).status_code == 303


def test_a_query_is_passed_on_as_it_came(app, home):
    raw = {"QUERY_STRING": "utm_source=caf\xc3\xa9&a=%26+b"}
    led = app.test_client().get("/p/larder", environ_overrides=raw)

    assert led.location == f"http://{HOST}?utm_source=caf%C3%A9&a=%26+b"


def test_what_a_member_was_led_with_is_of_no_use_later_or_elsewhere(app, home, now):
    member = Visitor(app)
    log_in(member.browser, home.approver)
    led = member.get("/p/larder").location.removeprefix(f"http://{HOST}")
    start_page(slug="kiln", host="kiln.example")

    assert Visitor(app, Host="kiln.example").get(led).status_code == 404
    now.turn(minutes=3)
    assert Visitor(app, Host=HOST).get(led).status_code == 404


def test_the_closed_page_and_the_waiting_list_stay_there(app, home, guest):
    lifecycle.end(home.experiment, home.approver)
    closed = guest.get("/")
    lifecycle.choose_afterwards(home.experiment, home.approver, "open", waiting_variant="control")
    joined = sign_up(guest, guest.get("/"))

    assert closed.status_code == 410
    assert "/p/larder" not in closed.text
    assert joined.status_code == 303
    assert [row.excluded_because for row in signups(app)] == ["waiting"]
    assert Visitor(app).get("/p/larder").location == f"http://{HOST}"


def test_a_host_that_the_team_gives_up_is_free_and_gets_no_visitors(app, home, guest):
    sign_up(guest, guest.get("/"))
    [mail] = mails(app, "mia@example.com")
    start_next(home)
    newest = find_newer_test(home.experiment)
    lifecycle.end(newest, home.approver)

    lifecycle.choose_afterwards(newest, home.approver, "closed", leaves_host=True)

    assert guest.get("/").status_code == 421
    here = Visitor(app)
    assert here.get("/p/larder").status_code == 410
    assert here.get(urlsplit(mail.leave_url).path).status_code == 200
    assert start_page(slug="kiln", host=HOST).experiment.host == HOST


def test_the_host_of_an_earlier_test_is_given_up_too(app, home, guest):
    lifecycle.end(home.experiment, home.approver)
    newest = move(clone_experiment(home.experiment, home.editor), "new.example")
    lifecycle.start(make_checked(newest, home.editor), home.approver)
    lifecycle.end(newest, home.approver)
    browser = app.test_client()
    log_in(browser, make_person("owner@larder.example", "owner"))
    path = f"/experiments/{newest.id}"

    assert f"Links to {HOST} and new.example stop working" in browser.get(path).text
    browser.send(f"{path}/after", {"afterwards": "closed", "leaves_host": "y"})

    assert hosts_in_use() == []
    assert guest.get("/").status_code == 421
    assert newest.steps[-1].why == f"Left {HOST} and new.example."


def test_a_draft_keeps_its_host_when_that_is_given_up(app, home):
    lifecycle.end(home.experiment, home.approver)
    draft = clone_experiment(home.experiment, home.editor)

    lifecycle.choose_afterwards(home.experiment, home.approver, "closed", leaves_host=True)

    assert (home.experiment.host, draft.host) == ("", HOST)


def test_a_paused_page_says_so_there(app, home, guest):
    lifecycle.pause(home.experiment, home.approver)

    assert guest.get("/").status_code == 503


def test_an_earlier_test_keeps_the_host_of_its_links(app):
    larder = start_page()
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@example.com")
    [mail] = mails(app, "mia@example.com")
    lifecycle.end(larder.experiment, larder.approver)
    draft = clone_experiment(larder.experiment, larder.editor)
    draft = move(draft, HOST)
    lifecycle.start(make_checked(draft, larder.editor), larder.approver)

    assert mia.get(urlsplit(mail.leave_url).path).status_code == 200
    assert mia.get("/p/larder/privacy?test=1").status_code == 200
    assert mia.get("/p/larder").location == f"http://{HOST}"
    assert Visitor(app, Host=HOST).get("/").status_code == 200
    # There its links would lead nowhere.
    led = Visitor(app, Host=HOST).get(urlsplit(mail.leave_url).path)
    assert led.location == mail.leave_url


def test_a_host_of_an_earlier_test_leads_to_the_newest(app, home, guest):
    sign_up(guest, guest.get("/"))
    [mail] = mails(app, "mia@example.com")
    lifecycle.end(home.experiment, home.approver)
    draft = move(clone_experiment(home.experiment, home.editor), "getchair.com")
    lifecycle.start(make_checked(draft, home.editor), home.approver)

    assert guest.get("/?utm_source=a").location == "http://getchair.com?utm_source=a"
    assert guest.get(urlsplit(mail.leave_url).path).status_code == 200


def test_a_form_open_before_the_move_counts_for_its_own_test(app):
    larder = start_page()
    mia = Visitor(app)
    page = mia.get()
    lifecycle.end(larder.experiment, larder.approver)
    draft = move(clone_experiment(larder.experiment, larder.editor), HOST)
    lifecycle.start(make_checked(draft, larder.editor), larder.approver)

    thanks = mia.sign_up(page, "mia@example.com")

    assert [row.experiment_id for row in signups(app)] == [larder.experiment.id]
    assert mia.get(thanks.location).status_code == 200


def test_the_next_test_there_knows_who_was_in_the_last(app, home, guest):
    guest.get("/")
    start_next(home)
    guest.get("/")

    assert [visit.excluded_because for visit in visits(app)] == ["", "returning"]


def test_an_objection_there_is_kept_there(app, guest):
    guest.get("/")
    done = guest.post("/object", {})
    guest.get("/")

    assert done.location == "/object"
    assert visits(app) == []


def test_a_draft_with_a_host_is_nowhere_yet(app):
    draft_page(host=HOST)

    assert Visitor(app, Host=HOST).get("/").status_code == 421
    assert Visitor(app, Host=HOST).get("/login").status_code == 421
    assert Visitor(app).get("/p/larder").status_code == 404


def test_search_engines_find_the_page_at_its_own_host_alone(app, guest):
    start_page(slug="kiln")

    ours, theirs = guest.get("/sitemap.xml").text, Visitor(app).get("/sitemap.xml").text

    assert re.findall("<loc>(.*)</loc>", ours) == [f"http://{HOST}"]
    assert re.findall("<loc>(.*)</loc>", theirs) == ["http://localhost/p/kiln"]
    robots = guest.get("/robots.txt").text
    assert robots == f"User-agent: *\nAllow: /\nSitemap: http://{HOST}/sitemap.xml\n"


def test_a_page_without_cookies_lives_there_too(app):
    start_page(host=HOST, options=Options(counting="cookieless"))
    guest = Visitor(app, Host=HOST)

    page = guest.get("/")
    sign_up(guest, page)

    assert not page.headers.getlist("Set-Cookie")
    assert [row.excluded_because for row in signups(app)] == [""]
