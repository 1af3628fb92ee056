"""`wbtest user`: people, for the person who runs the server."""

import json

import pyotp
import pytest

from tests.cli.conftest import Instance
from tests.factories import PASSWORD, make_person
from wbtest.extensions import clock
from wbtest.team import passwords, people, two_factor
from wbtest.team.sessions import find_person_by_token, open_session


@pytest.fixture
def larder(instance: Instance) -> Instance:
    """An instance with a team and its owner."""
    with instance.opened():
        make_person("ada@example.com", "owner")
    return instance


def test_a_person_is_added_with_a_role(larder: Instance) -> None:
    said = larder.run(
        "user", "create", "Grace.Hopper@example.com", "--role", "approver", typed=f"{PASSWORD}\n"
    )

    assert said.exit_code == 0, said.output
    assert "Grace Hopper logs in with grace.hopper@example.com and is approver" in said.output
    with larder.opened():
        grace = people.find_person("grace.hopper@example.com")
        assert grace
        assert passwords.is_right(grace.password_hash, PASSWORD)


def test_everybody_is_listed(larder: Instance) -> None:
    larder.run("user", "create", "grace@example.com", "--name", "Grace", typed=f"{PASSWORD}\n")

    said = larder.run("user", "list")

    assert said.output.splitlines() == [
        "ada@example.com\towner\tAda",
        "grace@example.com\teditor\tGrace",
    ]


def test_a_new_password_logs_out_everywhere(larder: Instance) -> None:
    with larder.opened():
        ada = people.find_person("ada@example.com")
        assert ada
        token = open_session(ada)

    said = larder.run("user", "set-password", "ada@example.com", typed="another quiet word\n")

    assert said.exit_code == 0
    with larder.opened():
        ada = people.find_person("ada@example.com")
        assert ada
        assert passwords.is_right(ada.password_hash, "another quiet word")
        assert find_person_by_token(token) is None


def test_who_lost_everything_is_let_in_without_the_second_factor(larder: Instance) -> None:
    with larder.opened():
        ada = people.find_person("ada@example.com")
        assert ada
        secret = two_factor.make_secret()
        two_factor.turn_on(ada, secret, password=PASSWORD, code=pyotp.TOTP(secret).at(clock.now()))

    said = larder.run("user", "second-factor-off", "ada@example.com")

    assert (said.exit_code, said.output) == (0, "ada@example.com logs in by the password alone.\n")
    again = larder.run("user", "second-factor-off", "ada@example.com")
    assert (again.exit_code, "doesn’t use two-step verification" in again.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "typed", "fault"),
    [
        (("create", "ada@example.com"), PASSWORD, "already has an account"),
        (("create", "nobody"), PASSWORD, "@-sign"),
        (("create", "grace@example.com"), "short", "10 characters or more"),
        (("create", "grace@example.com"), "", "10 characters or more"),
        (("create", "grace@example.com", "--name", " "), PASSWORD, "1 to 120 characters"),
        (("create", "grace@example.com", "--role", "king"), PASSWORD, "is not one of"),
        (("set-password", "eve@example.com"), PASSWORD, "Nobody logs in with eve@example.com"),
    ],
)
def test_a_fault_is_named_and_nothing_happens(
    larder: Instance, arguments: tuple[str, ...], typed: str, fault: str
) -> None:
    refused = larder.run("user", *arguments, typed=f"{typed}\n")

    assert refused.exit_code == 2
    assert fault in refused.output
    assert len(larder.run("user", "list").output.splitlines()) == 1


def test_nobody_has_a_log_in_before_the_first_visit(instance: Instance) -> None:
    said = instance.run("user", "list")

    assert (said.exit_code, said.output) == (0, "")


def test_the_first_person_comes_through_the_set_up_link(instance: Instance) -> None:
    refused = instance.run("user", "create", "ada@example.com", typed=f"{PASSWORD}\n")

    assert refused.exit_code == 2
    assert "Open the set-up link" in refused.output


@pytest.fixture
def grace(larder: Instance) -> Instance:
    """The same with an editor."""
    larder.run("user", "create", "grace@example.com", typed=f"{PASSWORD}\n")
    return larder


def test_a_role_is_changed(grace: Instance) -> None:
    said = grace.run("user", "role", "grace@example.com", "approver")

    assert said.output == "grace@example.com is approver.\n"
    assert "grace@example.com\tapprover" in grace.run("user", "list").output


def test_somebody_is_removed_and_keeps_the_log_in(grace: Instance) -> None:
    said = grace.run("user", "remove", "grace@example.com")

    assert said.output == "grace@example.com is no longer in the team.\n"
    assert "grace@example.com\t-\tGrace" in grace.run("user", "list").output


def test_the_list_is_read_by_programs_too(larder: Instance) -> None:
    line = larder.run("user", "list", "--json").output

    assert json.loads(line) == {
        "email": "ada@example.com",
        "role": "owner",
        "name": "Ada",
    }


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("role", "ada@example.com", "editor"), "A team needs an owner"),
        (("remove", "ada@example.com"), "A team needs an owner"),
        (("remove", "eve@example.com"), "Nobody logs in with eve@example.com"),
        (("role", "ada@example.com", "king"), "is not one of"),
    ],
)
def test_who_must_stay_stays(larder: Instance, arguments: tuple[str, ...], fault: str) -> None:
    refused = larder.run("user", *arguments)

    assert refused.exit_code == 2
    assert fault in refused.output
    assert "ada@example.com\towner\tAda" in larder.run("user", "list").output
