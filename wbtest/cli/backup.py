"""`wbtest backup` and `wbtest restore`: the SQLite database as one file, out and in again."""

import os
import shutil
import sqlite3
from pathlib import Path

import click

from wbtest import store
from wbtest.cli.instance import alone_with
from wbtest.config import Settings, from_environment
from wbtest.delivery import schema
from wbtest.delivery.backups import backup_folder
from wbtest.extensions import utc_now
from wbtest.store import StoreBroken

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Copy the database to FILE, whole, while everything runs."""
    settings = from_environment(os.environ)
    source = _database_file(settings)
    if not source.exists():
        raise StoreBroken(f"There is no database yet: {source}")
    if file.resolve() == source.resolve():
        raise StoreBroken("That is the database itself. Name another file.")
    try:
        store.backup(source, file.resolve())
    except (OSError, sqlite3.Error) as error:
        raise StoreBroken(f"The backup to {file} failed: {error}") from error
    click.echo(f"Backed up to {file} ({file.stat().st_size / 1e6:.1f} MB), checked.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(file: Path) -> None:
    """Put the backup FILE in the database's place. The instance must not be running."""
    settings = from_environment(os.environ)
    target = _database_file(settings)
    with alone_with(settings):
        _check(file)
        # The copy comes first: a disk that fills up must not leave us with none.
        part = target.with_suffix(".part")
        shutil.copyfile(file, part)
        kept = _set_aside(settings, target)
        part.replace(target)
    click.echo(f"Restored {file}.")
    if kept:
        click.echo(f"What was there before is kept in {kept}.")


def _database_file(settings: Settings) -> Path:
    file = settings.database_file
    if file is None:
        raise StoreBroken("This is for SQLite. Use pg_dump and pg_restore for PostgreSQL.")
    return file


def _check(file: Path) -> None:
    """Raise StoreBroken unless ``file`` is a whole database of ours."""
    try:
        with sqlite3.connect(f"file:{file.resolve()}?mode=ro&immutable=1", uri=True) as copy:
            verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            is_ours = copy.execute(
                "SELECT count(*) FROM sqlite_schema WHERE name IN ('alembic_version', 'people')"
            ).fetchone()[0]
            made_by = (
                copy.execute("SELECT version_num FROM alembic_version") if is_ours == 2 else ()
            )
            is_newer = any(not schema.is_known(revision) for (revision,) in made_by)
        copy.close()
    except sqlite3.DatabaseError as error:
        raise StoreBroken(f"{file} is not a whole backup: {error}. Nothing was changed.") from error
    if verdict != "ok":
        raise StoreBroken(f"{file} is not a whole backup: {verdict}. Nothing was changed.")
    if is_ours != 2:
        raise StoreBroken(f"{file} is not a database of wbtest. Nothing was changed.")
    if is_newer:
        raise StoreBroken(f"{file} was made by a newer version of wbtest. Nothing was changed.")


def _set_aside(settings: Settings, target: Path) -> Path | None:
    """Move what is there out of the way, with what SQLite had not put into the file yet."""
    if not target.exists():
        return None
    folder = backup_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"replaced-{utc_now():%Y-%m-%dT%H%M%S}.db"
    for end in ("", "-wal", "-shm"):
        part = target.with_name(target.name + end)
        if part.exists():
            part.replace(kept.with_name(kept.name + end))
    return kept
