"""`wbtest export`: a release as a file, out of the database."""

import os
import sys
from pathlib import Path

import click

from wbtest.cli.instance import opened
from wbtest.extensions import clock, db
from wbtest.http import LARGEST_ID
from wbtest.store import Refused
from wbtest.writing import release_export
from wbtest.writing.document import from_json
from wbtest.writing.models import Release, Revision
from wbtest.writing.release_export import EXPORT_KINDS, ExportKind
from wbtest.writing.releases import find_revision

NUMBER = click.IntRange(1, LARGEST_ID)
BINARY = ("docx", "pdf")


@click.command()
@click.argument("release_id", metavar="ID", type=NUMBER)
@click.option(
    "--format", "kind", type=click.Choice(EXPORT_KINDS), help="Default: as FILE ends, or md."
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--revision", metavar="N", type=NUMBER, help="A frozen text instead of the draft.")
@click.option("--public", is_flag=True, help="For customers: without what only the team may read.")
def export(
    release_id: int,
    kind: ExportKind | None,
    output: Path | None,
    revision: int | None,
    public: bool,
) -> None:
    """Write release ID, the number in its address, to FILE or to standard output."""
    kind = kind or _kind_of(output)
    if output is None and kind in BINARY and sys.stdout.isatty():
        raise Refused(f"A terminal cannot show {kind}. Name a file: -o release.{kind}")
    with opened(os.environ):
        text, stamp = _text(release_id, revision)
        document = from_json(text.document)
        data = release_export.export_release(
            document, text.form, kind, stamp=stamp, at=clock.now(), is_public=public
        )
    if output is None:
        sys.stdout.buffer.write(data)
        return
    output.write_bytes(data)
    click.echo(f"Wrote {stamp.lower()} of “{document.product}” to {output}.")


def _kind_of(output: Path | None) -> ExportKind:
    """The kind that a file name ends with; Markdown when it says nothing."""
    end = output.suffix.removeprefix(".").lower() if output else ""
    return next((kind for kind in EXPORT_KINDS if kind == end), "md")


def _text(release_id: int, number: int | None) -> tuple[Release | Revision, str]:
    """The draft or the frozen text, and what it is called. Raises Refused when there is none."""
    release = db.session.get(Release, release_id)
    if release is None:
        raise Refused(f"There is no release {release_id}. Its number stands in its address.")
    if number is None:
        return release, "Draft"
    revision = find_revision(release, number)
    if revision is None:
        raise Refused(f"Release {release_id} has no revision {number}.")
    return revision, f"Revision {number}"
