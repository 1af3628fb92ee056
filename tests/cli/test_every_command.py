"""Every command is called by some test and refuses what it does not know."""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.cli.test_errors import commands
from wbtest.cli import main
from wbtest.database import head_revision

TESTS = Path(__file__).parents[1]
# Groups do nothing by themselves.
ALL = [path for path in commands(main) if path not in {("user",), ("token",)}]


def called(source: str) -> Iterator[tuple[str, ...]]:
    """The words with which a call or a list of a test begins, or goes on after “wbtest”."""
    for node in ast.walk(ast.parse(source)):
        parts = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
        words = [part.value for part in parts if isinstance(part, ast.Constant)]
        said = [word for word in words if isinstance(word, str)]
        start = said.index("wbtest") + 1 if "wbtest" in said else 0
        yield tuple(said[start : start + 2])


@pytest.fixture(scope="module")
def tested() -> set[tuple[str, ...]]:
    files = TESTS.rglob("*.py")
    found = {words for file in files for words in called(file.read_text(encoding="utf-8"))}
    return found | {words[:1] for words in found}


def test_every_command_is_called_by_a_test(tested: set[tuple[str, ...]]) -> None:
    assert [path for path in ALL if path not in tested] == []


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_a_command_that_is_asked_for_what_it_cannot_do_ends_with_2(path: tuple[str, ...]) -> None:
    said = CliRunner().invoke(main, [*path, "--no-such-thing"])

    assert said.exit_code == 2
    assert re.search("No such option:? '?--no-such-thing", said.output)


def test_a_command_of_which_no_test_knows_would_be_found(tested: set[tuple[str, ...]]) -> None:
    name = "-".join(["no", "test"])
    group = click.Group("main", {name: click.Command(name)})

    assert [path for path in commands(group) if path not in tested] == [(name,)]


def test_the_version_names_what_two_sides_of_a_move_must_share() -> None:
    said = CliRunner().invoke(main, ["--version"])

    assert said.exit_code == 0
    assert said.output == f"wbtest {version('wbtest')}, database {head_revision()}\n"
