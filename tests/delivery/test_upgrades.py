"""A database that an earlier version made goes on as it was; see tests/upgrades/README.md."""

import lzma
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.cli.conftest import Instance
from tests.factories import log_in
from wbtest.cli.serve import prepare
from wbtest.delivery import schema
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.store import StoreBroken
from wbtest.team.models import Person

FOLDER = Path(__file__).parents[1] / "upgrades"
# When the demos were told; their pages were open.
THEN = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def revisions(database: str) -> list[str]:
    return sorted(file.name[:4] for file in FOLDER.glob(f"*.{database}.sql.xz"))


def text_of(revision: str, database: str) -> str:
    return lzma.decompress((FOLDER / f"{revision}.{database}.sql.xz").read_bytes()).decode()


def old_instance(folder: Path, revision: str) -> Instance:
    """An instance on SQLite as an earlier version left it."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "wbtest.db")) as database:
        database.executescript(text_of(revision, "sqlite"))
    return Instance({"WBTEST_INSTANCE": str(folder)})


def all_rows(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        return "\n".join(database.iterdump())


def check_that_all_is_there(instance: Instance) -> None:
    """Counts are those of the raw rows, and the owner and a visitor see their pages."""
    said = instance.run("verify")
    assert said.exit_code == 0, said.output
    with instance.opened(lambda: THEN) as app:
        assert schema.is_current()
        experiment = db.session.scalars(
            db.select(Experiment).where(Experiment.state == "running").order_by(Experiment.id)
        ).first()
        owner = db.session.scalars(db.select(Person).order_by(Person.id)).first()
        assert experiment is not None
        assert owner is not None
        visitor, member = app.test_client(), app.test_client()
        log_in(member, owner)
        assert visitor.get(f"/p/{experiment.slug}").status_code == 200
        assert "Can I trust this?" in member.get(f"/experiments/{experiment.id}/results").text
        app.extensions["wbtest.recorder"].close()


@pytest.mark.parametrize("revision", revisions("sqlite"))
def test_a_database_of_an_earlier_version_goes_on(tmp_path: Path, revision: str) -> None:
    instance = old_instance(tmp_path / "instance", revision)

    prepare(instance.settings)

    check_that_all_is_there(instance)


@pytest.mark.postgresql
@pytest.mark.parametrize("revision", revisions("postgresql"))
def test_a_postgresql_of_an_earlier_version_goes_on(
    empty_database_url: str, tmp_path: Path, revision: str
) -> None:
    instance = Instance(
        {
            "WBTEST_INSTANCE": str(tmp_path),
            "WBTEST_DATABASE_URL": empty_database_url,
            # Nobody goes on with a database of others and a secret of their own.
            "WBTEST_SECRET_KEY": "a-secret-for-tests-only-0123456789",
        }
    )
    address = sa.make_url(empty_database_url).set(drivername="postgresql")
    # Past SQLAlchemy, which takes a % in it for the place of a value.
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        connection.execute(text_of(revision, "postgresql").encode())

    prepare(instance.settings)

    check_that_all_is_there(instance)


class TestAMigrationThatFails:
    """Something stands in the way of the third migration of four."""

    @pytest.fixture
    def stuck(self, tmp_path: Path) -> Instance:
        instance = old_instance(tmp_path / "instance", "0004")
        with closing(sqlite3.connect(instance.folder / "wbtest.db")) as database:
            database.execute("CREATE TABLE kind_totals (text)")
        return instance

    def test_it_leaves_the_database_to_the_version_from_before(self, stuck: Instance) -> None:
        before = all_rows(stuck.folder / "wbtest.db")

        with pytest.raises(StoreBroken):
            prepare(stuck.settings)

        assert all_rows(stuck.folder / "wbtest.db") == before

    def test_it_says_why_and_where_the_copy_is(self, stuck: Instance) -> None:
        said = stuck.run("serve")

        (copy,) = (stuck.folder / "backups").glob("before-*.db")
        assert said.exit_code == 2
        assert "table kind_totals already exists" in said.output
        assert f"A copy from before is {copy}" in said.output
        assert all_rows(copy) == all_rows(stuck.folder / "wbtest.db")

    def test_it_is_made_up_for_when_the_cause_is_gone(self, stuck: Instance) -> None:
        with pytest.raises(StoreBroken):
            prepare(stuck.settings)
        with closing(sqlite3.connect(stuck.folder / "wbtest.db")) as database:
            database.execute("DROP TABLE kind_totals")

        prepare(stuck.settings)

        assert stuck.run("verify").exit_code == 0


class TestANewerVersionsDatabase:
    @pytest.fixture
    def newer(self, tmp_path: Path) -> Instance:
        instance = old_instance(tmp_path / "instance", revisions("sqlite")[-1])
        with closing(sqlite3.connect(instance.folder / "wbtest.db")) as database:
            database.execute("UPDATE alembic_version SET version_num = '9999'")
            database.commit()
        return instance

    @pytest.mark.parametrize("command", ["serve", "worker", "verify"])
    def test_is_refused_and_left_alone(self, newer: Instance, command: str) -> None:
        said = newer.run(command)

        assert said.exit_code == 2
        assert "made by a newer version of wbtest" in said.output
        # Or each try to start would push out a copy that is needed.
        assert not (newer.folder / "backups").exists()

    def test_is_not_restored(self, newer: Instance, tmp_path: Path) -> None:
        copy = shutil.copyfile(newer.folder / "wbtest.db", tmp_path / "copy.db")

        said = newer.run("restore", str(copy))

        assert said.exit_code == 2
        assert "made by a newer version of wbtest" in said.output
        assert "Nothing was changed." in said.output
