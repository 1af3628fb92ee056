"""Migrations lead from nothing to what the models say, all or nothing."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask

from tests.audience.larder import RULE, Visitor, start_page, token_in
from tests.conftest import Browser, HandClock
from wbtest import create_app
from wbtest.audience.recording import rollup
from wbtest.config import Settings
from wbtest.delivery import schema
from wbtest.extensions import db
from wbtest.store import StoreBroken


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
                (c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)
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


def test_the_migrations_lead_to_what_the_models_say(app: Flask) -> None:
    schema.upgrade()
    migrated = shape()
    db.drop_all()
    db.create_all()

    assert migrated == shape()


def test_no_migration_is_missing(app: Flask) -> None:
    schema.upgrade()

    # Ends the process with an error when the models are ahead of the migrations.
    flask_migrate.check()


def test_totals_that_a_migration_adds_up_are_those_that_were_kept_all_along(app: Flask) -> None:
    schema.upgrade()
    app.test_client_class = Browser
    photo = {"photo": {"headline": "Dinner from a photo"}}
    start_page(variants=photo, rule=replace(RULE, sources=("direct",)))
    for number in range(6):
        mia = Visitor(app, **{"User-Agent": "curl/8"} if number == 5 else {})
        page = mia.get(f"/p/larder?utm_source={'direct' if number % 2 else 'x'}")
        mia.see(page)
        mia.post("/p/larder/did", f"{token_in(page)}\nfaq 1")
        if number > 2:
            mia.sign_up(page, f"mia{number}@x.io")
    app.extensions["wbtest.recorder"].flush()
    db.session.rollback()
    kept = all_totals()

    flask_migrate.downgrade(revision="0006")
    schema.upgrade()

    assert all_totals() == kept
    assert all(kept)
    assert rollup.differences(db.session) == []


def all_totals() -> list[list[Any]]:
    names = ("hour_totals", "day_totals", "clock_totals", "kind_totals", "machine_totals")
    tables = [db.metadata.tables[name] for name in (*names, "engagement_counts")]
    found = [sorted(map(tuple, db.session.execute(sa.select(table)))) for table in tables]
    db.session.rollback()
    return found


def test_flask_migrate_finds_the_migrations_by_itself(app: Flask) -> None:
    flask_migrate.upgrade()

    assert schema.is_current()


def test_the_commands_of_flask_migrate_are_there(app: Flask) -> None:
    older = schema.revisions()[-2]
    for asked in (["db", "upgrade"], ["db", "downgrade", older]):
        done = app.test_cli_runner().invoke(args=asked)
        assert done.exit_code == 0, done.output

    assert schema.current_revision() == older


def test_each_migration_is_named_by_its_revision() -> None:
    scripts = ScriptDirectory(str(schema.FOLDER.parent)).walk_revisions()

    assert [script.revision for script in scripts] == list(reversed(schema.revisions()))


def test_the_shape_is_current_only_after_the_migrations(app: Flask) -> None:
    assert schema.is_empty()
    assert schema.current_revision() is None
    assert not schema.is_current()

    schema.upgrade()

    assert not schema.is_empty()
    assert schema.current_revision() == schema.newest_revision()
    assert schema.is_current()


def test_migrating_twice_changes_nothing(app: Flask) -> None:
    schema.upgrade()
    before = shape()

    schema.upgrade()

    assert shape() == before


BREAKS_HALFWAY = """
import sqlalchemy as sa
from alembic import op

revision = "broken"
down_revision = "{newest}"


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.drop_table("setup_links")
    raise RuntimeError("the power went")
"""


def test_a_migration_that_breaks_leaves_the_shape_from_before(app: Flask, tmp_path: Path) -> None:
    schema.upgrade()
    before, newest = shape(), schema.current_revision()
    known = app.extensions["migrate"]
    broken = tmp_path / "migrations"
    shutil.copytree(known.directory, broken)
    (broken / "versions" / "broken.py").write_text(BREAKS_HALFWAY.format(newest=newest))
    known.directory = str(broken)

    with pytest.raises(RuntimeError, match="the power went"):
        schema.upgrade()

    assert shape() == before
    assert schema.current_revision() == newest


def test_a_database_of_a_newer_version_is_left_alone(app: Flask) -> None:
    schema.upgrade()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreBroken, match="newer version"):
        schema.upgrade()

    assert schema.current_revision() == "9999"
