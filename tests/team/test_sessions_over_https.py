"""What https changes: cookies that no other host can set, and only encrypted."""

from dataclasses import replace

import pyotp
import pytest

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, make_person
from wbtest.config import Settings
from wbtest.team import two_factor


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, base_url="https://localhost")


def test_every_cookie_is_bound_to_the_host_and_to_https(client: Browser) -> None:
    ada = make_person("ada@example.com", "owner")

    page = client.get("/login", base_url="https://localhost")
    response = client.send(
        "/login", {"email": ada.email, "password": PASSWORD}, base_url="https://localhost"
    )

    cookies = page.headers.getlist("Set-Cookie") + response.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "__Host-wb-device",
        "__Host-wb-form",
        "__Host-wb-session",
    }
    for cookie in cookies:
        assert "Secure; HttpOnly; Path=/; SameSite=Lax" in cookie
        assert "Domain" not in cookie


def test_the_cookie_between_password_and_code_is_bound_too(client: Browser, now: HandClock) -> None:
    ada = make_person("ada@example.com", "owner")
    secret = two_factor.make_secret()
    two_factor.turn_on(ada, secret, password=PASSWORD, code=pyotp.TOTP(secret).at(now()))

    response = client.send(
        "/login", {"email": ada.email, "password": PASSWORD}, base_url="https://localhost"
    )

    [cookie] = response.headers.getlist("Set-Cookie")[-1:]
    assert cookie.startswith("__Host-wb-code=")
    assert "Max-Age=300; Secure; HttpOnly; Path=/; SameSite=Lax" in cookie
