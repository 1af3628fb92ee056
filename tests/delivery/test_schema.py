"""An empty database gets what the models say, all or nothing; another version's is refused."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import Result
from flask import Flask

from tests import migration
from tests.cli.conftest import Instance
from tests.conftest import HandClock
from wbtest import create_app, database
from wbtest.cli.serve import prepare
from wbtest.config import Settings
from wbtest.extensions import Base, db, utc_now
from wbtest.store import StoreBroken
from wbtest.team.models import Person


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    return empty_database_url


@pytest.fixture
def app(settings: Settings, now: HandClock) -> Iterator[Flask]:
    """The app on a database that holds nothing yet."""
    app = create_app(settings, now)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def shape() -> dict[str, Any]:
    """Every table with its columns, keys, checks and indexes, as the database tells them."""
    inspector = sa.inspect(db.engine)
    tables = set(inspector.get_table_names()) - {"alembic_version"}
    return {
        table: (
            sorted(
                (c["name"], str(c["type"]), c["nullable"], str(c["default"]))
                for c in inspector.get_columns(table)
            ),
            inspector.get_pk_constraint(table),
            *(
                sorted(map(_in_words, told(table)))
                for told in (
                    inspector.get_foreign_keys,
                    inspector.get_unique_constraints,
                    inspector.get_check_constraints,
                    inspector.get_indexes,
                )
            ),
        )
        for table in tables
    }


def _in_words(found: Any) -> str:
    """What the database tells of a key or an index; the condition of one that is partial, too."""
    options = {name: str(said) for name, said in found.get("dialect_options", {}).items()}
    return str({**found, "dialect_options": options})


TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    " ORDER BY tgname",
}


def triggers() -> list[Any]:
    with db.engine.connect() as connection:
        return [*connection.exec_driver_sql(TRIGGERS[db.engine.dialect.name])]


def test_the_migration_leads_to_what_the_models_say(app: Flask) -> None:
    database.create_schema()
    migrated = shape(), triggers()
    db.drop_all()
    db.create_all()

    assert migrated == (shape(), triggers())
    assert triggers()


def test_alembic_finds_nothing_that_the_migration_lacks(app: Flask) -> None:
    database.create_schema()

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_revision_is_that_of_the_models(app: Flask) -> None:
    assert database.head_revision() == migration.revision(), "run `make migration`"


def test_another_column_is_another_revision(app: Flask) -> None:
    before, table = migration.revision(), Base.metadata.tables["people"]
    table.append_column(sa.Column("nickname", sa.Text))
    try:
        assert migration.revision() != before
    finally:
        table._columns.remove(table.c.nickname)
    assert migration.revision() == before


def test_the_migration_made_again_is_the_same(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "0001_of_before.py").touch()
    newest = database.head_revision()

    again = migration.write(tmp_path, [name for name in migration.RELEASED if name != newest])

    assert [*tmp_path.iterdir()] == [again]
    assert again.read_text() == (database.MIGRATION_FILES / again.name).read_text(), (
        "run `make migration`"
    )


def test_the_schema_is_there_once_it_was_created(app: Flask) -> None:
    assert database.is_empty()
    assert database.current_revision() is None
    assert not database.is_schema_current()

    database.create_schema()

    assert not database.is_empty()
    assert database.current_revision() == database.head_revision()
    assert database.is_schema_current()


def test_creating_twice_changes_nothing(app: Flask) -> None:
    database.create_schema()
    before = shape()

    database.create_schema()

    assert shape() == before


START = """
import os
from wbtest.cli.serve import prepare
from wbtest.config import from_environment

print(prepare(from_environment(os.environ)))
"""


@pytest.mark.postgresql
def test_of_two_machines_that_start_at_once_each_finds_the_tables(
    empty_database_url: str, tmp_path: Path
) -> None:
    machines = [
        subprocess.Popen(
            [sys.executable, "-c", START],
            env={
                **os.environ,
                "WBTEST_INSTANCE": str(tmp_path / name),
                "WBTEST_DATABASE_URL": empty_database_url,
                "WBTEST_SECRET_KEY": "a-secret-for-tests-only-0123456789",
            },
            stdout=subprocess.PIPE,
        )
        for name in ("first", "second")
    ]
    said = [machine.communicate(timeout=120)[0] for machine in machines]

    assert [machine.returncode for machine in machines] == [0, 0]
    assert all(b"/setup/" in link for link in said)


BREAKS_HALFWAY = """
import sqlalchemy as sa
from alembic import op

revision = "0001_broken"
down_revision = None


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    raise RuntimeError("the power went")
"""


def test_creating_that_breaks_leaves_the_database_empty(app: Flask, tmp_path: Path) -> None:
    broken = tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, broken, ignore=shutil.ignore_patterns("0001_*"))
    (broken / "versions" / "0001_broken.py").write_text(BREAKS_HALFWAY)

    with pytest.raises(RuntimeError, match="the power went"):
        database.create_schema(broken)

    assert database.is_empty()
    database.create_schema()
    assert database.is_schema_current()


class TestADatabaseOfAnEarlierRelease:
    """It is upgraded when the server starts, whole or not at all, and nothing is lost."""

    @pytest.fixture
    def earlier(self, empty_database_url: str, tmp_path: Path) -> Instance:
        folder = str(tmp_path / "earlier")
        instance = Instance({"WBTEST_INSTANCE": folder, "WBTEST_DATABASE_URL": empty_database_url})
        prepare(instance.settings)
        with instance.opened():
            ada = Person(email="ada@x.io", name="Ada", password_hash="-", created_at=utc_now())
            db.session.add(ada)
            db.session.commit()
        return instance

    @pytest.fixture(autouse=True)
    def later(self, earlier: Instance, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Let the release after this one have one column more, and return its migration."""
        released = (database.head_revision(),)
        migrations = earlier.folder / "migrations"
        shutil.copytree(database.MIGRATIONS, migrations)
        table = Base.metadata.tables["people"]
        table.append_column(sa.Column("nickname", sa.Text, server_default="", nullable=False))
        try:
            written = migration.write(migrations / "versions", released)
        finally:
            table._columns.remove(table.c.nickname)
        monkeypatch.setattr(database, "MIGRATIONS", migrations)
        monkeypatch.setattr(database, "MIGRATION_FILES", migrations / "versions")
        return written

    def test_is_upgraded_with_all_that_is_in_it(self, earlier: Instance, later: Path) -> None:
        prepare(earlier.settings)

        with earlier.opened():
            assert database.current_revision() == later.stem
            said = sa.text("SELECT name, nickname FROM people")
            assert [*map(tuple, db.session.execute(said))] == [("Ada", "")]

    def test_waits_for_the_server_with_all_other_commands(self, earlier: Instance) -> None:
        said = earlier.run("verify")

        assert said.exit_code == 2
        assert "This database is of an earlier release. `wbtest serve` upgrades it" in said.output

    def test_is_as_it_was_when_the_upgrade_breaks(self, earlier: Instance, later: Path) -> None:
        later.write_text(later.read_text() + "    raise RuntimeError('the power went')\n")

        with pytest.raises(RuntimeError, match="the power went"):
            prepare(earlier.settings)

        with earlier.opened():
            assert database.is_schema_earlier()
            assert "nickname" not in {
                c["name"] for c in sa.inspect(db.engine).get_columns("people")
            }

    @pytest.mark.one_database
    def test_is_kept_as_a_copy_that_can_be_restored_and_upgraded(self, earlier: Instance) -> None:
        prepare(earlier.settings)
        [copy] = earlier.folder.glob("backups/replaced-*.db")

        assert earlier.run("restore", str(copy)).exit_code == 0

        with earlier.opened():
            assert database.is_schema_earlier()
        prepare(earlier.settings)
        with earlier.opened():
            assert database.is_schema_current()


def test_a_released_migration_is_not_written_again(app: Flask, tmp_path: Path) -> None:
    released = database.head_revision()
    (tmp_path / f"{released}.py").touch()

    assert migration.write(tmp_path, (released,)).read_text() == ""


class TestAnotherVersionsDatabase:
    """It is refused in one line that names both schemas, and nothing is changed."""

    OTHER = "0001_of_others"

    @pytest.fixture
    def other(self, empty_database_url: str, tmp_path: Path) -> Instance:
        folder = str(tmp_path / "other")
        return self.make(
            Instance({"WBTEST_INSTANCE": folder, "WBTEST_DATABASE_URL": empty_database_url})
        )

    def make(self, instance: Instance) -> Instance:
        """Give the instance what another version would: other tables, and their name."""
        prepare(instance.settings)
        with instance.opened(), db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE people RENAME COLUMN name TO called")
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{self.OTHER}'")
        return instance

    def check_refusal(self, said: Result, what: str) -> None:
        assert said.exit_code == 2, said.output
        (line,) = said.output.strip().splitlines()
        assert line.startswith(
            f"wbtest: {what} was made by another version of wbtest (schema {self.OTHER}; "
            f"this one needs {database.head_revision()}). Nothing was changed."
        )

    @pytest.mark.parametrize(
        "command",
        ["serve", "worker", "doctor", "verify", "user list", "export 1", "backup"],
    )
    def test_is_refused_and_left_alone(self, other: Instance, command: str) -> None:
        with other.opened():
            before = shape()

        self.check_refusal(other.run(*command.split()), "This database")

        with other.opened():
            assert (shape(), database.current_revision()) == (before, self.OTHER)
        assert not [*other.folder.glob("backups/*")]

    def test_says_how_to_start_afresh(self, other: Instance) -> None:
        said = other.run("serve").output

        is_sqlite = other.settings.is_sqlite
        way = "move the file away" if is_sqlite else "name an empty database in WBTEST_DATABASE_URL"
        assert said.endswith(f"Use that version, or {way} to start afresh.\n")

    def test_is_refused_where_it_was_created_since_we_looked(
        self, other: Instance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = iter([True])
        is_empty = database.is_empty
        monkeypatch.setattr(database, "is_empty", lambda: next(looks, False) or is_empty())

        with other.opened(), pytest.raises(StoreBroken, match="another version of wbtest"):
            database.create_schema()

    def test_is_not_restored(self, tmp_path: Path) -> None:
        other = self.make(Instance({"WBTEST_INSTANCE": str(tmp_path / "other")}))
        ours = Instance({"WBTEST_INSTANCE": str(tmp_path / "ours")})
        prepare(ours.settings)
        copy = shutil.copyfile(other.folder / "wbtest.db", tmp_path / "copy.db")

        self.check_refusal(ours.run("restore", str(copy)), str(copy))

        assert ours.run("verify").exit_code == 0
        assert not [*ours.folder.glob("backups/*")]

    def test_gives_way_to_a_backup_of_ours(self, tmp_path: Path) -> None:
        ours = Instance({"WBTEST_INSTANCE": str(tmp_path / "ours")})
        prepare(ours.settings)
        copy = tmp_path / "copy.db"
        assert ours.run("backup", str(copy)).exit_code == 0
        other = self.make(Instance({"WBTEST_INSTANCE": str(tmp_path / "other")}))

        assert other.run("restore", str(copy)).exit_code == 0

        assert other.run("verify").exit_code == 0


def test_a_database_of_another_program_is_refused(app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE precious (thing TEXT)")

    with pytest.raises(StoreBroken, match="has tables of another program"):
        database.create_schema()

    assert [*shape()] == ["precious"]
