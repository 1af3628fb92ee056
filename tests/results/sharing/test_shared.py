"""What a shared link shows to people outside, and all that it does not."""

import re
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.statements import counted
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import end
from wbtest.results.deciding.decide import decide
from wbtest.results.figures import results_of
from wbtest.results.sharing.links import make_shared, renew_shared, revoke_shared
from wbtest.results.sharing.models import SharedLink
from wbtest.results.sharing.outsiders import SHARED_TABLES, UNTOLD, turned
from wbtest.results.sharing.shared_views import WRONG

EVIL = "<svg onload=alert(1)>"
PASSWORD = "three quiet words"
CHROME = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


@pytest.fixture
def experiment(begin: Start, now: HandClock) -> Experiment:
    """Nine days in which the second variant reaches the target."""
    experiment = begin(variants=(EVIL,))
    keys = [variant.key for variant in experiment.variants]
    for day in range(9):
        count_day(experiment, day, keys[0], seen=100, converted=3, source="mia lopez", confirmed=2)
        count_day(experiment, day, keys[1], seen=100, converted=14, confirmed=9)
    now.turn(days=10)
    return experiment


@pytest.fixture
def link(experiment: Experiment, team: Team) -> SharedLink:
    return make_shared(experiment, team.approver, "our investor")[0]


@pytest.fixture
def token(experiment: Experiment, team: Team) -> str:
    return make_shared(experiment, team.approver, "our investor")[1]


@pytest.fixture
def locked(experiment: Experiment, team: Team) -> str:
    """The token of a link that asks for a password."""
    return make_shared(experiment, team.approver, "our investor", password=PASSWORD)[1]


def try_password(client: Browser, token: str, typed: str, ip: str = "192.0.2.1") -> TestResponse:
    place = {"REMOTE_ADDR": ip}
    return client.send(f"/shared/{token}", {"password": typed}, environ_overrides=place)


def test_it_shows_what_members_see(client: Browser, token: str):
    page = client.get(f"/shared/{token}").text

    assert "reaches the 8\u202f% target." in page
    assert "At least 8\u202f% of parents who cook on weeknights will leave an e-mail" in page
    assert "Can I trust this?" in page
    assert "126 of 900" in page
    assert page.count("data-figure=") == 3
    assert "As of 11 March 2027, 09:00 UTC" in page


def test_it_shows_nobody(client: Browser, team: Team, experiment: Experiment, token: str):
    decide(experiment, team.owner, "go", "The zqreason carries it.")
    page = client.get(f"/shared/{token}").text

    people = ("Viewer", "Editor", "Approver", "Owner", "@", "mia lopez", "our investor", "zqreason")
    assert [word for word in people if word in page] == []
    assert UNTOLD in page
    assert team.workspace.name in page


def test_it_does_not_say_from_whose_mail_somebody_came(
    client: Browser, experiment: Experiment, token: str
):
    count_day(experiment, 9, seen=2_000, converted=160, source="mail.lopez-and-sons.com")

    assert "lopez-and-sons" in " ".join(
        check.reason for check in results_of(experiment, clock.now()).trust
    )
    assert "lopez-and-sons" not in client.get(f"/shared/{token}").text


def test_a_source_called_like_a_usual_word_hides_no_reason(
    client: Browser, experiment: Experiment, token: str
):
    count_day(experiment, 9, seen=3, converted=0, source="people")
    page = unescape(client.get(f"/shared/{token}").text)

    split = results_of(experiment, clock.now()).trust[0]
    assert " people " in split.reason
    assert split.reason in page


def test_it_leads_nowhere_else_even_for_a_member(
    client: Browser, team: Team, experiment: Experiment, token: str
):
    log_in(client, team.owner)
    page = client.get(f"/shared/{token}").text
    leading = re.findall(r'(?:href|src|action)="([^"#]*)"', page)

    assert [to for to in leading if not to.startswith(("/static/", f"/shared/{token}"))] == []
    assert "Owner" not in page


def test_a_name_that_was_typed_is_no_markup(client: Browser, token: str):
    page = client.get(f"/shared/{token}").text

    assert EVIL not in page
    assert "&lt;svg onload" in page


@pytest.mark.parametrize("where", ["", "/results.csv", "-unknown"])
def test_neither_search_engine_nor_cache_nor_another_site_learns_of_it(
    client: Browser, token: str, where: str
):
    headers = client.get(f"/shared/{token}{where}").headers

    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_every_table_is_a_file_and_no_other_is(client: Browser, token: str):
    for table in SHARED_TABLES:
        answer = client.get(f"/shared/{token}/results.csv?table={table}")
        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
        assert "mia lopez" not in answer.text

    for table in ("sources", "excluded", "reading", "people"):
        assert client.get(f"/shared/{token}/results.csv?table={table}").status_code == 400


def test_a_link_that_never_was_and_one_that_was_replaced_read_alike(
    client: Browser, team: Team, link: SharedLink
):
    old = renew_shared(link, team.approver)
    renew_shared(link, team.approver)

    answers = [client.get(f"/shared/{token}") for token in (old, "x" * 32, "é")]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.text for answer in answers}) == 1
    assert "This link opens nothing." in answers[0].text


def test_a_link_that_is_over_says_so_and_not_of_what_it_was(
    client: Browser, team: Team, experiment: Experiment, now: HandClock
):
    closed, shut = make_shared(experiment, team.approver, "Mei", 3, PASSWORD)
    _, late = make_shared(experiment, team.approver, "Tom", 3)
    revoke_shared(closed, team.approver)
    assert client.get(f"/shared/{late}").status_code == 200
    now.turn(days=3)

    answers = [client.get(f"/shared/{token}") for token in (shut, late)]
    answers.append(client.get(f"/shared/{late}/results.csv"))

    assert [answer.status_code for answer in answers] == [410] * 3
    assert len({answer.text for answer in answers}) == 1
    assert not {"Larder", "larder", "Mei"} & {*re.findall(r"\w+", answers[0].text)}


def test_a_password_opens_the_page_for_this_browser_and_two_hours(
    client: Browser, app: Flask, locked: str, now: HandClock
):
    assert client.get(f"/shared/{locked}/results.csv").location == f"/shared/{locked}"
    shut = client.get(f"/shared/{locked}").text
    answer = try_password(client, locked, PASSWORD)

    assert "Larder" not in shut
    assert (answer.status_code, answer.location) == (303, f"/shared/{locked}")
    assert "Can I trust this?" in client.get(f"/shared/{locked}").text
    assert client.get(f"/shared/{locked}/results.csv").status_code == 200
    assert "Can I trust this?" not in app.test_client().get(f"/shared/{locked}").text
    now.turn(hours=2)
    assert "Can I trust this?" not in client.get(f"/shared/{locked}").text


def test_the_pass_is_a_cookie_for_one_address_that_no_script_reads(client: Browser, locked: str):
    cookie = try_password(client, locked, PASSWORD).headers["Set-Cookie"]

    assert cookie.startswith("wb-shared=")
    for part in (f"Path=/shared/{locked}", "HttpOnly", "SameSite=Lax", "Max-Age=7200"):
        assert part in cookie.split("; ")


def test_a_pass_opens_no_other_link(
    client: Browser, team: Team, experiment: Experiment, locked: str
):
    _, other = make_shared(experiment, team.approver, "Tom", password=PASSWORD)
    try_password(client, locked, PASSWORD)
    cookie = client.get_cookie("wb-shared", path=f"/shared/{locked}")
    assert cookie is not None

    for given in (cookie.value, "", "x", "é", f"{10**30}.x", f"9{cookie.value}"):
        client.set_cookie("wb-shared", given, path=f"/shared/{other}")
        assert "Type the password" in client.get(f"/shared/{other}").text


def test_a_new_address_ends_the_passes_of_the_old_one(
    client: Browser, team: Team, experiment: Experiment
):
    link, old = make_shared(experiment, team.approver, "Mei", password=PASSWORD)
    try_password(client, old, PASSWORD)
    cookie = client.get_cookie("wb-shared", path=f"/shared/{old}")
    assert cookie is not None

    new = renew_shared(link, team.approver)
    client.set_cookie("wb-shared", cookie.value, path=f"/shared/{new}")

    assert client.get(f"/shared/{old}").status_code == 404
    assert "Type the password" in client.get(f"/shared/{new}").text


def test_a_wrong_password_is_told_in_the_same_words(client: Browser, locked: str):
    answers = [try_password(client, locked, typed) for typed in ("x", PASSWORD.upper(), EVIL)]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert all(WRONG in answer.text for answer in answers)
    assert all("Larder" not in answer.text for answer in answers)


def test_the_eleventh_guess_at_one_link_is_turned_away_wherever_it_comes_from(
    client: Browser, team: Team, experiment: Experiment, locked: str, now: HandClock
):
    _, other = make_shared(experiment, team.approver, "Tom", password=PASSWORD)
    codes = [try_password(client, locked, "x", f"192.0.2.{n}").status_code for n in range(11)]

    assert codes == [422] * 10 + [429]
    assert try_password(client, locked, PASSWORD, "192.0.2.99").status_code == 429
    assert try_password(client, other, PASSWORD).status_code == 303
    now.turn(minutes=15)
    assert try_password(client, locked, PASSWORD).status_code == 303


def test_one_network_guesses_at_sixty_links(client: Browser, app: Flask):
    codes = [try_password(client, f"guess-{n}", "x").status_code for n in range(61)]

    assert codes == [404] * 60 + [429]


def test_people_outside_are_counted_and_members_and_machines_are_not(
    client: Browser, team: Team, experiment: Experiment, token: str
):
    for agent in (CHROME, CHROME, "Slackbot-LinkExpanding 1.0", "curl/8.5"):
        client.get(f"/shared/{token}", headers={"User-Agent": agent})
    client.head(f"/shared/{token}", headers={"User-Agent": CHROME})
    log_in(client, team.viewer)
    client.get(f"/shared/{token}", headers={"User-Agent": CHROME})

    assert db.session.scalars(db.select(SharedLink.opened)).one() == 2


def test_a_page_before_any_visitor_and_one_of_a_test_that_is_over(
    client: Browser, team: Team, begin: Start, now: HandClock
):
    experiment = begin()
    _, token = make_shared(experiment, team.approver, "Mei")
    before = client.get(f"/shared/{token}").text
    now.turn(days=3)
    end(experiment, team.approver)
    now.turn(days=2)
    after = client.get(f"/shared/{token}").text

    assert "Nobody has seen the page yet." in before
    assert "data-figure" not in before
    assert "figures final" in after


def test_its_queries_do_not_grow_with_days_or_links(
    client: Browser, team: Team, begin: Start, now: HandClock
):
    experiment = begin()
    _, token = make_shared(experiment, team.approver, "Mei")
    asked = []
    for day in range(2):
        count_day(experiment, day, seen=50, converted=3)
        make_shared(experiment, team.approver, "Tom")
        now.turn(days=1)
        with counted() as statements:
            client.get(f"/shared/{token}")
        asked.append(len(statements))

    assert asked[0] == asked[1]
    assert asked[0] < 30


def test_it_shows_the_figures_of_the_moment(
    client: Browser, experiment: Experiment, token: str, now: HandClock
):
    page = unescape(client.get(f"/shared/{token}").text)
    found = results_of(experiment, now())

    for variant in found.variants:
        assert f"{variant.totals.converted} of {variant.totals.seen}" in page
        assert f"{100 * variant.decision.low:.1f}\u202f%" in page


def test_what_a_variant_is_called_stays_as_it_is():
    said = "Your page is above. “Your lunch” reaches your 8 % target. You may stop looking now."

    assert turned(said) == "The page is above. “Your lunch” reaches the 8 % target."
