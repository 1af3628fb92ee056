"""What `wbtest serve` does before the first request: back up, migrate, make the link."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.conftest import Instance
from tests.factories import make_person, make_workspace
from wbtest.cli.serve import prepare
from wbtest.delivery import schema
from wbtest.extensions import db
from wbtest.store import StoreBroken
from wbtest.team.setup import is_open


def test_a_new_instance_gets_its_tables_and_a_link(empty: Instance) -> None:
    link = prepare(empty.settings)

    with empty.opened():
        assert schema.is_current()
        assert is_open(link.rpartition("/")[2])
    assert link.startswith("http://127.0.0.1:8000/setup/")
    assert not (empty.folder / "backups").exists()


def test_an_instance_with_an_owner_gets_no_link(instance: Instance) -> None:
    with instance.opened():
        make_person("ada@example.com", "owner", make_workspace())

    assert prepare(instance.settings) == ""


@pytest.mark.postgresql
def test_a_second_machine_with_a_secret_of_its_own_is_refused(
    instance: Instance, tmp_path: Path
) -> None:
    with instance.opened():
        make_person("ada@example.com", "owner", make_workspace())
    second = Instance({**instance.environ, "WBTEST_INSTANCE": str(tmp_path / "second")})

    # Twice: a service manager tries again, and what the first try made must not be taken for right.
    for _ in range(2):
        with pytest.raises(StoreBroken, match="Set WBTEST_SECRET_KEY"):
            prepare(second.settings)

    first = (instance.folder / "secret_key").read_text()
    given = Instance({**second.environ, "WBTEST_SECRET_KEY": first})
    assert prepare(given.settings) == ""


def test_an_instance_that_is_up_to_date_is_not_backed_up(instance: Instance) -> None:
    prepare(instance.settings)

    assert not (instance.folder / "backups").exists()


class TestOnSqlite:
    @pytest.fixture
    def empty_database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'wbtest.db'}"

    def test_a_database_that_holds_something_is_backed_up_before_it_changes(
        self, empty: Instance
    ) -> None:
        with empty.opened(), db.engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE precious (thing TEXT)"))
            connection.execute(sa.text("INSERT INTO precious VALUES ('ring')"))

        prepare(empty.settings)

        (copy,) = (empty.folder / "backups").glob("before-*.db")
        with sqlite3.connect(copy) as before:
            tables = before.execute("SELECT name FROM sqlite_schema").fetchall()
            assert tables == [("precious",)]
        before.close()
        with empty.opened():
            assert schema.is_current()
