"""A shared link that asks for a password: who is let in, for how long, and who guesses."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD as OF_CHEAP_HASH
from tests.factories import PASSWORD_HASH as CHEAP_HASH
from tests.factories import Team
from tests.results.sharing.conftest import EVIL, LEADING, PASSWORD
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.models import SharedLink
from wbtest.results.shared_links import create_shared_link, renew_shared_link
from wbtest.store import writing


@pytest.fixture
def locked(experiment: Experiment, team: Team) -> str:
    """The token of a link that asks for a password."""
    return create_shared_link(experiment, team.approver, "our investor", password=PASSWORD)[1]


def try_password(client: Browser, token: str, typed: str, ip: str = "192.0.2.1") -> TestResponse:
    place = {"REMOTE_ADDR": ip}
    return client.send(f"/shared/{token}", {"password": typed}, environ_overrides=place)


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
    _, other = create_shared_link(experiment, team.approver, "Tom", password=PASSWORD)
    try_password(client, locked, PASSWORD)
    cookie = client.get_cookie("wb-shared", path=f"/shared/{locked}")
    assert cookie is not None

    for given in (cookie.value, "", "x", "é", f"{10**30}.x", f"9{cookie.value}"):
        client.set_cookie("wb-shared", given, path=f"/shared/{other}")
        assert "Enter the password" in client.get(f"/shared/{other}").text


def test_a_new_address_ends_the_passes_of_the_old_one(
    client: Browser, team: Team, experiment: Experiment
):
    link, old = create_shared_link(experiment, team.approver, "Mei", password=PASSWORD)
    try_password(client, old, PASSWORD)
    cookie = client.get_cookie("wb-shared", path=f"/shared/{old}")
    assert cookie is not None

    new = renew_shared_link(link, team.approver)
    client.set_cookie("wb-shared", cookie.value, path=f"/shared/{new}")

    assert client.get(f"/shared/{old}").status_code == 404
    assert "Enter the password" in client.get(f"/shared/{new}").text


def test_a_wrong_password_is_told_in_the_same_words(client: Browser, locked: str):
    answers = [try_password(client, locked, typed) for typed in ("x", PASSWORD.upper(), EVIL)]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert all("That’s not the password for this link." in answer.text for answer in answers)
    assert all("Larder" not in answer.text for answer in answers)


def test_the_eleventh_guess_at_one_link_is_turned_away_in_its_network_alone(
    client: Browser, team: Team, experiment: Experiment, locked: str, now: HandClock
):
    _, other = create_shared_link(experiment, team.approver, "Tom", password=PASSWORD)
    stranger = client.application.test_client()
    codes = [try_password(stranger, locked, "x").status_code for _ in range(11)]

    assert codes == [422] * 10 + [429]
    assert try_password(stranger, locked, PASSWORD).status_code == 429
    assert try_password(stranger, other, PASSWORD).status_code == 303
    assert try_password(client, locked, PASSWORD, "192.0.2.99").status_code == 303
    now.turn(minutes=15)
    assert try_password(stranger, locked, PASSWORD).status_code == 303


def test_after_a_hundred_guesses_at_one_link_a_new_network_waits(
    client: Browser, locked: str, now: HandClock
):
    # A hundred comparisons at full cost take seconds, and change no count.
    with writing() as session:
        session.scalars(db.select(SharedLink)).one().password_hash = CHEAP_HASH
    for n in range(100):
        try_password(client, locked, "x", f"198.51.100.{n % 10}")

    assert try_password(client, locked, OF_CHEAP_HASH, "192.0.2.99").status_code == 429
    now.turn(hours=1)
    assert try_password(client, locked, OF_CHEAP_HASH, "192.0.2.99").status_code == 303


def test_one_network_guesses_at_sixty_links(client: Browser, app: Flask):
    answers = [try_password(client, f"guess-{n}", "x") for n in range(61)]

    assert [answer.status_code for answer in answers] == [404] * 60 + [429]
    assert "Too many tries" in answers[-1].text
    assert LEADING.findall(answers[-1].text) == []
