"""`wbtest check`, `import` and `export`: a release as a file, into the database and out of it.

The check needs no database; it is made for an editor and for CI.
"""

import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
from msgspec.structs import replace

from wbtest.cli.startup import opened
from wbtest.extensions import clock, db
from wbtest.store import Refused
from wbtest.team import access, people
from wbtest.team.models import Membership, Person
from wbtest.web import LARGEST_ID
from wbtest.writing import coach, docx_files, release_export, releases
from wbtest.writing.document import NotADocument, from_json
from wbtest.writing.markdown_reader import ImportedRelease
from wbtest.writing.models import Release, Revision
from wbtest.writing.release_files import LONGEST_FILE, file_text, parse_release

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)
LONGEST_EXCERPT = 60
WRITERS = access.ROLES[access.ROLES.index("editor") :]
NUMBER = click.IntRange(1, LARGEST_ID)
BINARY = ("docx", "pdf")


def read_release(file: str) -> ImportedRelease:
    """Return the release in ``file``, or in what comes in for "-". Raises Refused when it is none.

    Of a Word file there are no lines to name.
    """
    most = max(LONGEST_FILE, docx_files.LARGEST_FILE) + 1
    if file == "-":
        data = sys.stdin.buffer.read(most)
    else:
        with Path(file).open("rb") as opened:
            data = opened.read(most)
    is_docx = docx_files.is_word(data)
    if not is_docx and len(data) > LONGEST_FILE:
        raise Refused(f"{file} is longer than {LONGEST_FILE:,} bytes.")
    try:
        read = parse_release(file_text(data))
    except NotADocument as error:
        said = f"{error.part}: {error.sentence}" if is_docx else str(error)
        raise Refused(f"{file} is not a release: {said.removeprefix('file: ')}") from error
    return replace(read, places={}) if is_docx else read


class Located(NamedTuple):
    """A finding, and the line and column of its words in the file; 0 where there is no telling."""

    finding: coach.Finding
    line: int
    column: int


@click.command()
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(file: str, as_json: bool) -> None:
    """Say what the coach finds in FILE: Markdown, JSON or Word (- for standard input).

    Exit 1 when something stops the release, 2 when FILE is no release.
    """
    read = read_release(file)
    shown = file if file != "-" else "<standard input>"
    found = _located(read)
    click.echo(_as_json(read, found) if as_json else _as_text(shown, read, found))
    if any(located.finding.severity == "stop" for located in found):
        raise SystemExit(1)


def _located(read: ImportedRelease) -> list[Located]:
    found = coach.findings_of(read.document, read.form, datetime.now(UTC).date())
    return [Located(each, *_place(read, each)) for each in found]


def _place(read: ImportedRelease, finding: coach.Finding) -> tuple[int, int]:
    return read.place_of(finding.mark.path, finding.mark.start) if read.places else (0, 0)


def _as_text(file: str, read: ImportedRelease, found: list[Located]) -> str:
    lines = [_line(file, located) for located in found]
    for line, text in read.unplaced:
        where = f"{file}:{line}" if read.places else file
        lines.append(f"{where}: no part of a release: {text}")
    lines += [f"{file}: {note}" for note in read.notes]
    counts = Counter(located.finding.severity for located in found)
    total = ", ".join(f"{counts[severity]} {severity}" for severity in coach.SEVERITIES)
    lines.append(f"{read.form} form, {total}.")
    unread = coach.unchecked(read.document.language)
    if unread:
        ids = ", ".join(rule.id for rule in unread)
        lines.append(f"Not checked in “{read.document.language}”: {ids}.")
    return "\n".join(lines)


def _line(file: str, located: Located) -> str:
    finding = located.finding
    place = f":{located.line}:{located.column}" if located.line else f" {finding.mark.path}"
    fix = finding.mark.fix or finding.rule.fix
    rule = f"{finding.severity} {finding.rule.id}"
    words = " ".join(finding.words.split())
    excerpt = f" “{words[:LONGEST_EXCERPT]}…”" if len(words) > LONGEST_EXCERPT else f" “{words}”"
    shown = excerpt if words and words not in finding.mark.message else ""
    return f"{file}{place}: {rule}:{shown} {finding.mark.message} {fix} ({finding.rule.source})"


def _as_json(read: ImportedRelease, located: list[Located]) -> str:
    found: list[dict[str, Any]] = [
        {
            "rule": finding.rule.id,
            "severity": finding.severity,
            "part": finding.mark.part,
            "path": finding.mark.path,
            "start": finding.mark.start,
            "end": finding.mark.end,
            "line": line or None,
            "column": column or None,
            "words": finding.words,
            "message": finding.mark.message,
            "fix": finding.mark.fix or finding.rule.fix,
            "why": finding.rule.why,
            "source": finding.rule.source,
        }
        for finding, line, column in located
    ]
    unread = [rule.id for rule in coach.unchecked(read.document.language)]
    values = {"form": read.form, "findings": found, "not_checked": unread}
    return json.dumps(values, ensure_ascii=False, indent=2)


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--author", metavar="EMAIL", help="Default: the team's first owner.")
def import_(file: str, author: str | None) -> None:
    """Make a draft of FILE: Markdown, JSON or Word (- for standard input)."""
    read = read_release(file)
    with opened(os.environ):
        member = _author(author)
        release = releases.create_release(
            member.person,
            form=read.form,
            product=read.document.product,
            language=read.document.language,
            document=read.document,
        )
        click.echo(
            f"“{read.document.product.strip()}” is release {release.id}, a {read.form} draft."
        )
    for note in read.notes:
        click.echo(note, err=True)
    for line, text in read.unplaced:
        where = f"line {line}: " if read.places else ""
        click.echo(f"This found no place: {where}{text}", err=True)


def _author(email: str | None) -> Membership:
    """Who shall have written it. Raises Refused for somebody who may not write."""
    members = db.select(Membership).join(Person).order_by(Membership.created_at, Person.id)
    is_it = (
        Membership.role == "owner" if email is None else Person.email == people.clean_email(email)
    )
    found: Membership | None = db.session.scalars(members.where(is_it)).first()
    if found is None and email is None:
        raise Refused(
            "There is no team yet. Open the set-up link that `wbtest serve` prints first."
        )
    if found is None:
        raise Refused(f"{email} is not in the team. `wbtest user list` shows who is.")
    if found.role not in WRITERS:
        raise Refused(f"{email} is {found.role}, and may not write.")
    return found


@click.command()
@click.argument("release_id", metavar="ID", type=NUMBER)
@click.option(
    "--format",
    "kind",
    type=click.Choice(release_export.EXPORT_KINDS),
    help="Default: as FILE ends, or md.",
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--revision", metavar="N", type=NUMBER, help="A frozen text instead of the draft.")
@click.option("--public", is_flag=True, help="For customers: without what only the team may read.")
def export(
    release_id: int,
    kind: release_export.ExportKind | None,
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


def _kind_of(output: Path | None) -> release_export.ExportKind:
    """The kind that a file name ends with; Markdown when it says nothing."""
    end = output.suffix.removeprefix(".").lower() if output else ""
    return next((kind for kind in release_export.EXPORT_KINDS if kind == end), "md")


def _text(release_id: int, number: int | None) -> tuple[Release | Revision, str]:
    """The draft or the frozen text, and what it is called. Raises Refused when there is none."""
    release = db.session.get(Release, release_id)
    if release is None:
        raise Refused(f"There’s no release {release_id}. Its number is in its address.")
    if number is None:
        return release, "Draft"
    revision = releases.find_revision(release, number)
    if revision is None:
        raise Refused(f"Release {release_id} has no revision {number}.")
    return revision, f"Revision {number}"
