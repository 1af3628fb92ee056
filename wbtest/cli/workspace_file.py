"""A whole workspace between the database and a file, with a bar while it happens."""

import os
from pathlib import Path

import click

from wbtest.cli.instance import opened
from wbtest.cli.serve import prepare
from wbtest.config import from_environment
from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team import archive
from wbtest.team.models import Workspace


def write_workspace(name: str, output: Path) -> None:
    """Write the workspace of this name to ``output``; the file appears when it is whole."""
    part = output.with_name(f"{output.name}.part")
    with opened(os.environ):
        workspace = _workspace(name)
        rows = archive.count_rows(workspace)
        try:
            with (
                part.open("wb") as file,
                click.progressbar(length=rows, label=f"Writing {name}") as bar,
            ):
                archive.write_archive(workspace, file, bar.update)
            part.replace(output)
        finally:
            part.unlink(missing_ok=True)
    click.echo(
        f"Wrote {name} to {output} ({output.stat().st_size / 1e6:.1f} MB). It holds all that the "
        "database does, hashes of passwords and keys of pages too: guard it."
    )


def holds_workspace(file: str) -> bool:
    """Whether this file was made by ``write_workspace``; standard input never was."""
    if file == "-":
        return False
    with Path(file).open("rb") as opened_file:
        return archive.is_archive(opened_file.read(2))


def read_workspace(file: str) -> None:
    """Bring the workspace of this file into the instance, which must have none."""
    # A new folder is an empty instance: nobody has to serve it first.
    prepare(from_environment(os.environ))
    with opened(os.environ), Path(file).open("rb") as source:
        with click.progressbar(length=Path(file).stat().st_size, label="Reading") as bar:
            before = 0

            def show(_rows: int) -> None:
                nonlocal before
                bar.update(source.tell() - before)
                before = source.tell()

            workspace = archive.read_archive(source, show)
        click.echo(
            f"{workspace.name} is here. Links in mails and cookies go on working when "
            "WBTEST_SECRET_KEY and WBTEST_BASE_URL are those it came from; `wbtest verify` "
            "recounts its figures."
        )


def _workspace(name: str) -> Workspace:
    query = db.select(Workspace).where(Workspace.name == name)
    found: list[Workspace] = list(db.session.scalars(query))
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"“{each}”" for each in db.session.scalars(db.select(Workspace.name)))
    if not found:
        raise Refused(f"There is no workspace “{name}”. There is {names or 'none yet'}.")
    raise Refused(f"{len(found)} workspaces are called “{name}”. Give one another name first.")
