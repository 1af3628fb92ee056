"""What https changes: cookies that no other host can set, and only encrypted."""

from dataclasses import replace

import pytest

from tests.conftest import Browser
from tests.factories import PASSWORD, make_person, make_workspace
from wbtest.config import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, base_url="https://localhost")


def test_every_cookie_is_bound_to_the_host_and_to_https(client: Browser) -> None:
    ada = make_person("ada@example.com", "owner", make_workspace())

    page = client.get("/login", base_url="https://localhost")
    response = client.send(
        "/login", {"email": ada.email, "password": PASSWORD}, base_url="https://localhost"
    )

    cookies = page.headers.getlist("Set-Cookie") + response.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "__Host-wb-form",
        "__Host-wb-session",
    }
    for cookie in cookies:
        assert "Secure; HttpOnly; Path=/; SameSite=Lax" in cookie
        assert "Domain" not in cookie
