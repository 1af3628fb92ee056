"""`wbtest instance`: all that an instance holds, out of the database and into another one."""

import os
from pathlib import Path

import click

from wbtest.cli.serve import prepare
from wbtest.cli.startup import opened
from wbtest.config import from_environment
from wbtest.team import instance_export

FILE = click.Path(path_type=Path, dir_okay=False)


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
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
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
