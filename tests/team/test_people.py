"""People: how an email is compared, who may be added, and what a password must be."""

import pytest
from flask import Flask

from tests.factories import PASSWORD, make_person
from wbtest.store import Invalid
from wbtest.team import passwords
from wbtest.team.people import add_person, clean_email, find_person, has_owner, set_password

NAMED = {"name": "Grace", "role": "editor", "password": PASSWORD}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("ada+wb@example.com", "ada+wb@example.com"),
        ("a@xn--bcher-kva.example", "a@bücher.example"),
    ],
)
def test_an_e_mail_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert clean_email(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "ada", "a@b", '"a b"@x.io', "a@x.io,b@y.io", "a@x.io\r\nBcc: v@z.io", "a@b@c.io"]
)
def test_what_no_mail_can_reach_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_email(typed, "contact_email")

    assert refused.value.field == "contact_email"


def test_a_person_is_found_in_any_spelling(app: Flask) -> None:
    ada = make_person("ada@example.com", "owner")

    assert find_person(" ADA@example.com") == ada
    assert find_person("eve@example.com") is None
    assert find_person("not an email") is None


def test_an_added_person_is_no_owner_unless_so_named(app: Flask) -> None:
    add_person(email="grace@example.com", **NAMED)
    assert not has_owner()
    add_person(email="ada@example.com", **{**NAMED, "role": "owner"})
    assert has_owner()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"role": "king"}, "role"),
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"password": "short"}, "password"),
        ({"email": "ada@example.com"}, "email"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_a_fault_is_refused_at_its_field(app: Flask, changed: dict[str, str], field: str) -> None:
    make_person("ada@example.com", "owner")

    with pytest.raises(Invalid) as refused:
        add_person(**{"email": "grace@example.com", **NAMED, **changed})

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("nine char", "10 characters or more"),
        ("x" * 1001, "at most 1000"),
        ("abababababab", "repeats itself"),
        ("ten  chars", ""),
        ("пароль из слов", ""),
    ],
)
def test_a_password_is_long_and_varied_enough_or_told_why_not(password: str, fault: str) -> None:
    found = passwords.find_fault(password)

    assert fault in found
    assert bool(found) == bool(fault)


def test_a_password_is_right_from_every_keyboard() -> None:
    composed, apart = "caf\u00e9 au lait", "cafe\u0301 au lait"

    assert passwords.is_right(passwords.hash_password(composed), apart)
    assert not passwords.is_right(passwords.hash_password(composed), "cafe au lait")


def test_a_bad_new_password_changes_nothing(app: Flask) -> None:
    ada = make_person("ada@example.com", "owner")
    before = ada.password_hash

    with pytest.raises(Invalid):
        set_password(ada, "short")

    assert ada.password_hash == before
