"""What `wbtest serve` does before the first request: create the tables, make the link."""

from pathlib import Path

import pytest

from tests.cli.conftest import Instance, serving
from tests.factories import make_person
from wbtest import database
from wbtest.cli.serve import prepare
from wbtest.store import StoreBroken
from wbtest.team.settings import is_setup_open


def test_a_new_instance_gets_its_tables_and_a_link(empty: Instance) -> None:
    link = prepare(empty.settings)

    with empty.opened():
        assert database.is_schema_current()
        assert is_setup_open(link.rpartition("/")[2])
    assert link.startswith("http://127.0.0.1:8000/setup/")
    assert not (empty.folder / "backups").exists()


def test_an_instance_with_an_owner_gets_no_link(instance: Instance) -> None:
    with instance.opened():
        make_person("ada@example.com", "owner")

    assert prepare(instance.settings) == ""


@pytest.mark.postgresql
def test_a_second_machine_with_a_secret_of_its_own_is_refused(
    instance: Instance, tmp_path: Path
) -> None:
    with instance.opened():
        make_person("ada@example.com", "owner")
    second = Instance({**instance.environ, "WBTEST_INSTANCE": str(tmp_path / "second")})

    # Twice: a service manager tries again, and what the first try made must not be taken for right.
    for _ in range(2):
        with pytest.raises(StoreBroken, match="Set WBTEST_SECRET_KEY"):
            prepare(second.settings)

    first = (instance.folder / "secret_key").read_text()
    given = Instance({**second.environ, "WBTEST_SECRET_KEY": first})
    assert prepare(given.settings) == ""


class TestOfALostDatabase:
    """`wbtest serve` on the database of the folder itself, where there is none any more."""

    @pytest.fixture
    def own(self, tmp_path: Path) -> Instance:
        """An instance that was served once."""
        own = Instance({"WBTEST_INSTANCE": str(tmp_path / "own")})
        prepare(own.settings)
        with own.opened():
            make_person("ada@example.com", "owner")
        return own

    @pytest.mark.parametrize("is_touched", [True, False])
    def test_a_database_that_was_lost_is_told_of_and_nobody_becomes_owner(
        self, own: Instance, *, is_touched: bool
    ) -> None:
        lost = own.folder / "wbtest.db"
        for file in own.folder.glob("wbtest.db*"):
            file.unlink()
        if is_touched:
            lost.touch()

        # Twice: a service manager tries again.
        for _ in range(2):
            refused = own.run("serve", "--host=192.0.2.1")

            assert refused.exit_code == 2
            assert f"{lost} holds nothing, but {own.folder / 'secret_key'} says" in refused.output
            assert "wbtest restore FILE" in refused.output
            assert "/setup/" not in refused.output
        with own.opened():
            assert database.is_empty()

    def test_a_backup_brings_back_what_was_lost(self, own: Instance, tmp_path: Path) -> None:
        copy = tmp_path / "copy.db"
        own.run("backup", str(copy))
        (own.folder / "wbtest.db").unlink()
        own.run("serve", "--host=192.0.2.1")

        own.run("restore", str(copy))

        assert prepare(own.settings) == ""

    def test_without_the_secret_one_starts_afresh(self, own: Instance) -> None:
        for file in (*own.folder.glob("wbtest.db*"), own.folder / "secret_key"):
            file.unlink()

        with serving(own) as served:
            assert "First visit, works once" in served.printed

    def test_a_first_start_that_was_cut_off_before_its_tables_goes_on(self, tmp_path: Path) -> None:
        begun = Instance({"WBTEST_INSTANCE": str(tmp_path / "own")})
        secret = begun.settings.secret_key
        (begun.folder / "wbtest.db").touch()

        with serving(begun) as served:
            assert "First visit, works once" in served.printed
        assert begun.settings.secret_key == secret

    def test_a_first_start_that_was_cut_off_after_its_tables_goes_on(self, tmp_path: Path) -> None:
        begun = Instance({"WBTEST_INSTANCE": str(tmp_path / "own")})
        with begun.opened():
            database.create_schema()

        with serving(begun) as served:
            assert "First visit, works once" in served.printed

    def test_an_instance_is_imported_where_its_secret_came_before_it(
        self, own: Instance, tmp_path: Path
    ) -> None:
        file = tmp_path / "larder.wbtest"
        own.run("instance", "export", str(file))
        new = Instance({"WBTEST_INSTANCE": str(tmp_path / "new")})
        (new.folder / "secret_key").write_text(own.settings.secret_key)

        assert new.run("instance", "import", str(file)).exit_code == 0
