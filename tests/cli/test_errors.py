"""What cannot run says why in one line that names the fix, with exit code 2."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.cli.conftest import Instance
from tests.factories import make_settings
from wbtest.cli import main
from wbtest.delivery.backups import back_up
from wbtest.extensions import utc_now

COMMANDS = ["serve", "worker", "doctor", "verify", "user list"]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command there is, with its groups before it."""
    found = []
    asked = click.Context(group)
    for name in group.list_commands(asked):
        command = group.get_command(asked, name)
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("command", [(), *commands(main)], ids=" ".join)
def test_every_command_explains_itself(empty: Instance, command: tuple[str, ...]) -> None:
    said = empty.run(*command, "--help")

    assert said.exit_code == 0
    assert re.match(r"Usage: main .*\n\n  [A-Z]", said.output, re.DOTALL)


def refusal(instance: Instance, command: str, **environ: str) -> str:
    """The one line with which the command refuses."""
    said = instance.run(*command.split(), **environ)
    assert said.exit_code == 2, said.output
    lines = said.output.strip().splitlines()
    assert len(lines) == 1, said.output
    assert lines[0].startswith("wbtest: ")
    return lines[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_bad_setting_is_named(empty: Instance, command: str) -> None:
    said = refusal(empty, command, WBTEST_SECRET_KEY="short")

    assert "WBTEST_SECRET_KEY is too easy to guess" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_cannot_be_made_is_named(
    empty: Instance, command: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")

    said = refusal(empty, command, WBTEST_INSTANCE=str(tmp_path / "file" / "x"))

    assert "Choose a folder that this account may write to" in said


def test_a_reader_who_has_seen_enough_is_told_nothing() -> None:
    reads, writes = os.pipe()
    os.close(reads)

    asked = ["plan", "--target=0.08", "--floor=0.04", "--daily=9"]
    said = subprocess.run(
        [sys.executable, "-m", "wbtest", *asked],
        stdout=writes,
        stderr=subprocess.PIPE,
        check=False,
    )

    os.close(writes)
    assert said.stderr == b""


@pytest.mark.parametrize("command", ["worker", "doctor", "verify", "user list"])
def test_a_database_that_was_never_served_is_told_to_be(empty: Instance, command: str) -> None:
    said = refusal(empty, command)

    assert "Start `wbtest serve` once" in said
    assert f"The database of {empty.folder} holds nothing yet" in said


def test_a_postgresql_that_does_not_answer_is_named(empty: Instance) -> None:
    said = refusal(empty, "serve", WBTEST_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    assert "PostgreSQL does not answer as it should" in said
    assert "127.0.0.1" in said


class TestOnSqlite:
    """Files that are missing, damaged or not ours to write."""

    @pytest.fixture
    def empty_database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'instance' / 'wbtest.db'}"

    @pytest.mark.parametrize("command", COMMANDS)
    def test_half_a_database_is_not_touched_and_the_way_back_is_named(
        self, instance: Instance, command: str
    ) -> None:
        with instance.opened():
            for n in range(50):
                make_settings(f"Larder {n}")
            copy = back_up(instance.settings, "nightly", utc_now())
        file = instance.folder / "wbtest.db"
        half = file.read_bytes()[: file.stat().st_size // 2]
        file.write_bytes(half)

        said = refusal(instance, command)

        assert f"{file} is damaged" in said
        assert f"wbtest restore {copy}" in said
        assert file.read_bytes() == half

    def test_without_a_backup_it_says_so(self, instance: Instance) -> None:
        (instance.folder / "wbtest.db").write_bytes(b"not a database at all" * 500)

        assert "There is no backup in" in refusal(instance, "serve")

    def test_a_missing_folder_is_named(self, empty: Instance, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'missing' / 'wbtest.db'}"

        said = refusal(empty, "serve", WBTEST_DATABASE_URL=url)

        assert "cannot be opened for writing" in said
        assert "Give this account the right" in said

    def test_a_read_only_database_is_named(self, instance: Instance) -> None:
        file = instance.folder / "wbtest.db"
        url = f"sqlite:///file:{file}?mode=ro&uri=true"

        said = refusal(instance, "doctor", WBTEST_DATABASE_URL=url)

        assert "cannot be opened for writing" in said
