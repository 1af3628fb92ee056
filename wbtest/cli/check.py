"""`wbtest check`: the coach on a file, without a database; made for an editor and for CI."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any, NamedTuple

import click

from wbtest.cli.release_file import FILE, read_release
from wbtest.writing import coach
from wbtest.writing.coach import SEVERITIES, Finding
from wbtest.writing.markdown_reader import ImportedRelease

LONGEST_EXCERPT = 60


class Located(NamedTuple):
    """A finding, and the line and column of its words in the file; 0 where there is no telling."""

    finding: Finding
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


def _place(read: ImportedRelease, finding: Finding) -> tuple[int, int]:
    return read.place_of(finding.mark.path, finding.mark.start) if read.places else (0, 0)


def _as_text(file: str, read: ImportedRelease, found: list[Located]) -> str:
    lines = [_line(file, located) for located in found]
    for line, text in read.unplaced:
        where = f"{file}:{line}" if read.places else file
        lines.append(f"{where}: no part of a release: {text}")
    lines += [f"{file}: {note}" for note in read.notes]
    counts = Counter(located.finding.severity for located in found)
    total = ", ".join(f"{counts[severity]} {severity}" for severity in SEVERITIES)
    lines.append(f"{read.form} form, {total}.")
    unread = coach.unchecked(read.document.language)
    if unread:
        ids = ", ".join(rule.id for rule in unread)
        lines.append(f"Not checked in “{read.document.language}”: {ids}.")
    return "\n".join(lines)


def _line(file: str, located: Located) -> str:
    finding = located.finding
    place = f":{located.line}:{located.column}" if located.line else f" {finding.mark.path}"
    mend = finding.mark.mend or finding.rule.mend
    rule = f"{finding.severity} {finding.rule.id}"
    words = " ".join(finding.words.split())
    excerpt = f" “{words[:LONGEST_EXCERPT]}…”" if len(words) > LONGEST_EXCERPT else f" “{words}”"
    shown = excerpt if words and words not in finding.mark.message else ""
    return f"{file}{place}: {rule}:{shown} {finding.mark.message} {mend} ({finding.rule.source})"


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
            "mend": finding.mark.mend or finding.rule.mend,
            "why": finding.rule.why,
            "source": finding.rule.source,
        }
        for finding, line, column in located
    ]
    unread = [rule.id for rule in coach.unchecked(read.document.language)]
    values = {"form": read.form, "findings": found, "not_checked": unread}
    return json.dumps(values, ensure_ascii=False, indent=2)
