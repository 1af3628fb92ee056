"""`wbtest backup`, `restore` and `instance`: the database as one file, out and in again."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import click

from wbtest import create_app, database
from wbtest.audience.retention import drop_old_copies
from wbtest.cli.serve import prepare
from wbtest.cli.startup import alone_with, closed_at_the_end, opened
from wbtest.config import Settings, from_environment
from wbtest.delivery import backups
from wbtest.delivery.worker import SomeFailed
from wbtest.extensions import clock, utc_now
from wbtest.store import StoreBroken
from wbtest.team import instance_export

FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.argument("file", type=FILE, required=False)
def backup(file: Path | None) -> None:
    """Copy the database to FILE, whole, while everything runs.

    Without FILE to the folder of backups in the instance, where the newest of each of fourteen days
    and the newest five are kept. On PostgreSQL by its own pg_dump.
    """
    settings = from_environment(os.environ)
    target = (file or backups.place_for(settings, backups.ASKED, utc_now())).resolve()
    source = settings.database_file
    if source is None:
        backups.dump(settings.database_url, target)
    else:
        _copy(settings, source, target)
    if file is None:
        backups.forget_oldest(settings, backups.ASKED)
    click.echo(f"Backed up to {file or target} ({target.stat().st_size / 1e6:.1f} MB), checked.")
    click.echo("Keep the instance's secret_key, or WBTEST_SECRET_KEY, elsewhere with it.")
    _drop_old_dumps(settings)


def _drop_old_dumps(settings: Settings) -> None:
    """Delete dumps from before what was purged two weeks ago; StoreBroken names those that stay.

    On SQLite the worker does it. On PostgreSQL its job may be done by another machine than the one
    where they lie. What was purged is not asked of a database that waits for its upgrade.
    """
    if settings.is_sqlite:
        return
    with create_app(settings).app_context(), closed_at_the_end():
        if not database.is_schema_current():
            return
        try:
            drop_old_copies(clock.now())
        except SomeFailed as error:
            raise StoreBroken(f"Old copies could not be deleted: {error}") from error


def _copy(settings: Settings, source: Path, target: Path) -> None:
    if not source.exists():
        raise StoreBroken(f"There is no database yet: {source}")
    if target == source.resolve():
        raise StoreBroken("That is the database itself. Name another file.")
    # First of all: to open the database clears up what lies beside it.
    backups.refuse_to_replace(target)
    with create_app(settings).app_context(), closed_at_the_end():
        database.check_schema()
    try:
        backups.copy_database(source, target)
    except (OSError, sqlite3.Error) as error:
        raise StoreBroken(f"The backup to {target} failed: {error}") from error


@click.command()
@click.argument("file", type=EXISTING_FILE)
def restore(file: Path) -> None:
    """Replace the database with the backup FILE. The instance must not be running."""
    settings = from_environment(os.environ)
    _refuse_another_kind(settings, file)
    with alone_with(settings):
        kept = (
            _put_dump_back(settings, file) if not settings.is_sqlite else _put_back(settings, file)
        )
    backups.forget_oldest(settings, backups.REPLACED)
    click.echo(f"Restored {file}.")
    if kept:
        click.echo(f"What was there before is kept in {kept}.")
    _drop_old_dumps(settings)


def _refuse_another_kind(settings: Settings, file: Path) -> None:
    """Raise StoreBroken where the file is of the database that the settings do not name."""
    if settings.is_sqlite and backups.is_dump(file):
        raise StoreBroken(
            f"{file} is a dump of PostgreSQL, and this instance is on SQLite: set "
            "WBTEST_DATABASE_URL. Nothing was changed."
        )
    if not settings.is_sqlite and backups.is_sqlite(file):
        raise StoreBroken(
            f"{file} is a copy of SQLite, and this instance is on PostgreSQL. Everything moves by "
            "wbtest instance export and import: docs/publish.md, Move it. Nothing was changed."
        )


def _put_back(settings: Settings, file: Path) -> Path | None:
    target = settings.database_file
    assert target is not None
    # The copy comes first: a disk that fills up must not leave us with none.
    with backups.in_one_file(file, backups.restored_in(target)) as part:
        _check(part, file)
        _sync(part)
        kept = _set_aside(settings, target)
        part.replace(target)
        _sync(target.parent)
    return kept


def _sync(path: Path) -> None:
    """Wait until a file, or what the names in a folder lead to, would outlive the power."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _put_dump_back(settings: Settings, file: Path) -> Path | None:
    """The same on PostgreSQL, where other machines may still be at work."""
    url = settings.database_url
    backups.check_dump(url, file)
    backups.check_dump_schema(url, file, str(file))
    # Asked again right before anything changes: the dump that comes first may take an hour.
    backups.refuse_others(url)
    kept = None
    if not backups.is_empty_postgresql(url):
        kept = backups.place_for(settings, backups.REPLACED, utc_now())
        backups.dump(url, kept)
    backups.restore_dump(url, file, settings.instance)
    return kept


def _check(part: Path, file: Path) -> None:
    """Raise StoreBroken unless ``part``, a copy of ``file``, is a whole database of ours."""
    try:
        with closing(backups.read_only(part)) as copy:
            verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            is_ours = copy.execute(backups.IS_OURS).fetchone()[0] == 2
            noted = "SELECT version_num FROM alembic_version"
            revision = copy.execute(noted).fetchone() if is_ours else None
            is_torn = copy.execute("PRAGMA foreign_key_check").fetchone() is not None
    except sqlite3.DatabaseError as error:
        raise StoreBroken(f"{file} is not a whole backup: {error}. Nothing was changed.") from error
    if verdict != "ok":
        raise StoreBroken(f"{file} is not a whole backup: {verdict}. Nothing was changed.")
    if revision is None:
        raise StoreBroken(f"{file} is not a database of wbtest. Nothing was changed.")
    if revision[0] not in database.revisions():
        raise StoreBroken(f"{file} {database.describe_other_version(revision[0])}")
    if is_torn:
        raise StoreBroken(
            f"{file} is not whole: rows lack those they belong to. Nothing was changed."
        )


def _set_aside(settings: Settings, target: Path) -> Path | None:
    """Move what is there out of the way, with what SQLite had not put into the file yet.

    A log whose database somebody took away goes, too: SQLite would play it into the next one.
    """
    there = [(part, end) for end, part in backups.parts_of(target) if part.exists()]
    if not there:
        return None
    kept = backups.place_for(settings, backups.REPLACED, utc_now())
    kept.parent.mkdir(parents=True, exist_ok=True)
    moved = [part.replace(kept.with_name(kept.name + end)) for part, end in there]
    # What is damaged stays as it is.
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(kept)) as copy:
        backups.leave_out(copy)
    return moved[0]


@click.group()
def instance() -> None:
    """Move everything to another machine or database."""


@instance.command("export")
@click.argument("file", type=FILE)
def export_instance(file: Path) -> None:
    """Write everything to FILE, which appears when it is whole."""
    part = file.with_name(f"{file.name}.part")
    with opened(os.environ):
        rows = instance_export.count_rows()
        try:
            with (
                part.open("wb") as target,
                click.progressbar(length=rows, label="Writing") as bar,
            ):
                instance_export.write_export(target, bar.update)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    click.echo(
        f"Wrote everything to {file} ({file.stat().st_size / 1e6:.1f} MB), with the hashes of "
        "passwords and the keys of pages: guard it like the database."
    )


@instance.command("import")
@click.argument("file", type=EXISTING_FILE)
def import_instance(file: Path) -> None:
    """Bring in the FILE that `wbtest instance export` wrote, where there is no team yet."""
    # A new folder is an empty instance: nobody has to serve it first.
    prepare(from_environment(os.environ))
    with opened(os.environ), file.open("rb") as source:
        with click.progressbar(length=file.stat().st_size, label="Reading") as bar:
            before = 0

            def show(_rows: int) -> None:
                nonlocal before
                bar.update(source.tell() - before)
                before = source.tell()

            instance_export.read_export(source, show)
        click.echo(
            "Everything is here. Links in mails and cookies go on working when WBTEST_SECRET_KEY "
            "and WBTEST_BASE_URL are those it came from; `wbtest verify` recounts its figures."
        )
