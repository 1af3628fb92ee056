"""`wbtest token`: API tokens, for the person who runs the server."""

import json

import pytest

from tests.cli.conftest import Instance
from tests.factories import make_person
from wbtest.team import tokens


@pytest.fixture
def larder(instance: Instance) -> Instance:
    """An instance with a team and its owner."""
    with instance.opened():
        make_person("ada@example.com", "owner")
    return instance


def make(larder: Instance, *more: str) -> str:
    said = larder.run("token", "create", "ada@example.com", "--name", "CI", *more)
    assert said.exit_code == 0, said.output
    return said.output.strip()


def test_a_token_is_made_and_printed(larder: Instance) -> None:
    text = make(larder, "--scope", "read", "--scope", "decide", "--days", "30")

    with larder.opened():
        found = tokens.find_live(text)
        assert found
        assert (found.person.email, found.scopes) == ("ada@example.com", "read decide")
        assert found.expires_at


def test_tokens_are_listed_without_their_text(larder: Instance) -> None:
    text = make(larder)

    said = larder.run("token", "list")

    assert said.output.splitlines() == [f"1\t{text[:12]}\tread\tada@example.com\tnever used\tCI"]


def test_tokens_are_listed_for_a_script(larder: Instance) -> None:
    make(larder)

    [row] = json.loads(larder.run("token", "list", "--json").output)

    assert (row["number"], row["scopes"], row["over"]) == (1, "read", None)


def test_a_token_is_ended(larder: Instance) -> None:
    text = make(larder)

    said = larder.run("token", "revoke", "1")

    assert said.output == "The token “CI” no longer works.\n"
    with larder.opened():
        assert tokens.find_live(text) is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "eve@example.com", "--name", "CI"), "Nobody logs in with eve@"),
        (("revoke", "7"), "There is no token 7."),
    ],
)
def test_who_or_what_is_not_there_is_said(
    larder: Instance, arguments: tuple[str, ...], sentence: str
) -> None:
    said = larder.run("token", *arguments)

    assert said.exit_code == 2
    assert sentence in said.output
