"""Restore: whole, with what was there before kept, and whatever a kill leaves behind."""

import os
from importlib import import_module
from pathlib import Path

import pytest

from tests.cli.conftest import Instance, names
from tests.conftest import HandClock
from tests.factories import make_settings
from wbtest.cli.startup import in_use
from wbtest.config import from_environment
from wbtest.delivery.backups import restored_in
from wbtest.store import StoreBroken


@pytest.fixture
def empty_database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'instance' / 'wbtest.db'}"


def test_a_restored_instance_is_as_it_was(instance: Instance, copy: Path) -> None:
    restored = instance.run("restore", str(copy))

    assert restored.exit_code == 0
    assert names(instance) == ["Then"]


def test_what_was_restored_is_on_the_disk_before_it_has_its_name(
    instance: Instance, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a power cut soon after would leave an empty file, which is taken for a new instance."""
    synced = []

    def note(opened: int) -> None:
        synced.append(Path(f"/proc/self/fd/{opened}").readlink())

    monkeypatch.setattr(os, "fsync", note)
    assert instance.run("restore", str(copy)).exit_code == 0

    assert synced == [instance.folder / "wbtest.db.restore-under-way", instance.folder]


def test_what_was_there_before_is_kept(instance: Instance, copy: Path) -> None:
    said = instance.run("restore", str(copy)).output

    kept = next((instance.folder / "backups").glob("replaced-*.db"))
    assert str(kept) in said
    again = instance.run("restore", str(kept))
    assert again.exit_code == 0
    assert names(instance) == ["Then", "Since"]


def test_what_was_kept_in_this_very_second_is_not_written_over(
    instance: Instance, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By this name the package has the command.
    monkeypatch.setattr(import_module("wbtest.cli.backup"), "utc_now", HandClock())
    folder = instance.folder / "backups"

    instance.run("restore", str(copy))
    (first,) = folder.glob("replaced-*.db")
    instance.run("restore", str(first))

    assert len([*folder.glob("replaced-*.db")]) == 2
    assert names(instance) == ["Then", "Since"]


def leave_in_the_log(instance: Instance, name: str) -> None:
    """Make a team as a process does that is killed before it closes the database."""
    with instance.opened():
        make_settings(name)
        left = {part: part.read_bytes() for part in instance.folder.glob("wbtest.db*")}
    for part, content in left.items():
        part.write_bytes(content)


def test_what_a_killed_process_left_in_the_log_is_kept_and_comes_back(
    instance: Instance, copy: Path
) -> None:
    leave_in_the_log(instance, "Killed")

    instance.run("restore", str(copy))
    assert names(instance) == ["Then"]
    kept = next((instance.folder / "backups").glob("replaced-*.db"))
    assert instance.run("restore", str(kept)).exit_code == 0

    assert names(instance) == ["Then", "Since", "Killed"]


def test_the_log_of_a_database_that_was_taken_away_is_not_played_into_the_backup(
    instance: Instance, copy: Path
) -> None:
    leave_in_the_log(instance, "Killed")
    (instance.folder / "wbtest.db").unlink()

    assert instance.run("restore", str(copy)).exit_code == 0

    assert names(instance) == ["Then"]
    assert instance.run("verify").exit_code == 0


def test_what_a_killed_restore_left_goes_when_the_instance_is_held_next(
    instance: Instance, copy: Path
) -> None:
    leave_in_the_log(instance, "Killed")
    left = restored_in(instance.folder / "wbtest.db")
    for end in ("", "-wal"):
        (instance.folder / f"wbtest.db{end}").rename(left.with_name(left.name + end))

    assert instance.run("restore", str(copy)).exit_code == 0

    assert names(instance) == ["Then"]
    assert not [*instance.folder.glob(f"{left.name}*")]


def test_a_damaged_database_gives_way_to_a_backup(instance: Instance, copy: Path) -> None:
    (instance.folder / "wbtest.db").write_bytes(b"rubbish" * 1000)

    assert instance.run("restore", str(copy)).exit_code == 0
    assert names(instance) == ["Then"]


def test_a_fresh_instance_can_be_filled_from_a_backup(
    instance: Instance, copy: Path, tmp_path: Path
) -> None:
    other = Instance({"WBTEST_INSTANCE": str(tmp_path / "elsewhere")})

    assert other.run("restore", str(copy)).exit_code == 0
    assert names(other) == ["Then"]


def test_a_restore_that_was_cut_off_is_not_taken_for_a_new_instance(
    instance: Instance, copy: Path
) -> None:
    database = instance.folder / "wbtest.db"
    database.rename(restored_in(database))
    settings = from_environment(instance.environ)

    with pytest.raises(StoreBroken, match="Do it once more: wbtest restore"), in_use(settings):
        pass

    assert instance.run("restore", str(copy)).exit_code == 0
    assert names(instance) == ["Then"]


def test_the_log_of_an_older_copy_is_not_played_into_a_backup(
    instance: Instance, copy: Path
) -> None:
    leave_in_the_log(instance, "Killed")
    for end in ("", "-wal"):
        beside = copy.with_name(copy.name + end)
        beside.write_bytes((instance.folder / f"wbtest.db{end}").read_bytes())
    assert instance.run("backup", str(copy)).exit_code == 0

    assert instance.run("restore", str(copy)).exit_code == 0

    assert names(instance) == ["Then", "Since", "Killed"]
    assert [file.name for file in copy.parent.iterdir()] == ["copy.db"]
