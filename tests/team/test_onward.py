"""After the log-in nobody leaves for another host."""

import pytest

from tests.conftest import Browser
from tests.factories import PASSWORD, make_person
from wbtest.team.access import local_path

ELSEWHERE = [
    "//e.com",
    "/\\e.com",
    "\\/e.com",
    "\\\\\\e.com",
    "/////e.com",
    "https:e.com",
    "https://e.com",
    "/\t/e.com",
    "/\n/e.com",
    "\t//e.com",
    " //e.com",
    "@e.com",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "e.com",
    "",
    "/\x00",
]


@pytest.mark.parametrize("text", ELSEWHERE)
def test_an_address_elsewhere_leads_to_the_start(text: str) -> None:
    assert local_path(text) == "/"


@pytest.mark.parametrize("text", ["/", "/releases/7?part=faq&x=/%09/e.com", "/%09/e.com", "/p/ü"])
def test_a_page_of_ours_is_kept(text: str) -> None:
    assert local_path(text) == text


@pytest.mark.parametrize("text", ["/login", "/login?next=/x", "/logout"])
def test_the_log_in_does_not_lead_to_itself(text: str) -> None:
    assert local_path(text) == "/"


@pytest.mark.parametrize("text", [text for text in ELSEWHERE if "\0" not in text])
def test_the_log_in_follows_only_local_links(client: Browser, text: str) -> None:
    ada = make_person("ada@example.com", "owner")

    response = client.send(
        "/login", {"email": ada.email, "password": PASSWORD}, query_string={"next": text}
    )

    assert response.status_code == 303
    assert response.location == "/"


def test_a_stranger_comes_back_to_the_page_asked_for(client: Browser) -> None:
    ada = make_person("ada@example.com", "owner")
    asked = client.get("/settings?tab=people")

    response = client.send(asked.location, {"email": ada.email, "password": PASSWORD})

    assert asked.location == "/login?next=/settings?tab%3Dpeople"
    assert response.location == "/settings?tab=people"
