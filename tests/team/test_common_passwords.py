"""Passwords that are tried first are refused, with the reason, wherever one is chosen."""

import pytest

from tests.conftest import Browser
from tests.factories import PASSWORD, Team, log_in
from wbtest.store import writing
from wbtest.team import accounts, passwords, people
from wbtest.team.people import invite
from wbtest.team.settings import make_setup_link

COMMON = "qwertyuiop123"
MANY = "Many people use this password"


def test_the_list_is_long_enough_and_all_of_it_counts() -> None:
    found = passwords.common()

    assert len(found) >= 3000
    assert {len(each) >= passwords.SHORTEST for each in found} == {True}
    assert COMMON in found


@pytest.mark.parametrize("spelled", [COMMON, "QWERTYuiop123", "qwerty uiop 123"])
def test_however_it_is_spelled(spelled: str) -> None:
    assert MANY in passwords.find_fault(spelled)


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        ("Lovelace-1815!", False),
        ("ada.lovelace", False),
        ("analytical1843", False),
        ("wbtest wbtest 27", False),
        ("press release 1", False),
        ("Lovelace drinks oolong", True),
        ("a landing page for owls in rain", True),
    ],
)
def test_a_password_made_of_ones_name_or_the_product_is_told_why_not(
    password: str, is_good: bool
) -> None:
    about = ("Ada Lovelace", "ada@analytical.example.com")

    fault = passwords.find_fault(password, about)

    assert ("little more than your name" in fault) != is_good


def test_the_parts_of_an_e_mail_are_known_whatever_joins_them() -> None:
    fault = passwords.find_fault("Ada_Lovelace_1", ("A.", "ada_lovelace@x.io"))

    assert "little more than your name" in fault


def test_a_password_that_many_use_is_refused_wherever_one_is_chosen(client: Browser, team: Team):
    with writing():
        reset = accounts.make_link(team.owner, "reset")
    _, invited = invite(team.owner, "mei@x.io", "editor")
    new = {"new_password": COMMON, "repeated": COMMON}
    tried = [
        client.send(f"/reset/{reset}", new),
        client.send(f"/invitation/{invited}", {"name": "Mei", "password": COMMON}),
    ]
    log_in(client, team.owner)
    tried.append(client.send("/account/password", {"old_password": PASSWORD, **new}))

    assert [answer.status_code for answer in tried] == [422] * 3
    assert all(MANY in answer.text for answer in tried)


def test_ones_own_name_is_known_wherever_one_is_chosen(client: Browser, team: Team):
    with writing():
        reset = accounts.make_link(team.owner, "reset")
    _, invited = invite(team.owner, "mei.tanaka@x.io", "editor")
    new = {"new_password": "owner-larder-2027", "repeated": "owner-larder-2027"}

    tried = [
        client.send(f"/reset/{reset}", new),
        client.send(f"/invitation/{invited}", {"name": "Mei", "password": "mei tanaka 42"}),
    ]

    assert all("little more than your name" in answer.text for answer in tried)


def test_on_the_first_visit_too(client: Browser):
    token = make_setup_link()
    typed = {"name": "Ada", "email": "ada@x.io", "team_name": "Larder", "password": COMMON}

    answer = client.send(f"/setup/{token}", typed)

    assert (answer.status_code, MANY in answer.text) == (422, True)
    assert not people.has_owner()
