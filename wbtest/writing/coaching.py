"""What the coach says of a draft or a revision, grouped as the pages show it."""

import re
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from wbtest.writing import document as documents
from wbtest.writing.coach import Finding
from wbtest.writing.document import Document
from wbtest.writing.marking import Span
from wbtest.writing.models import Release, Revision, Waiver
from wbtest.writing.parts import PARTS
from wbtest.writing.waivers import find_waivers, findings_of, key_of

Spans = dict[str, list[Span]]
_ROW = re.compile(r"faq\[(\d+)\]\.(\w+)")
NAMES = {part.name: part.label for part in PARTS["full"]} | {"release": "The whole release"}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A finding with its number on the page; ``field`` is the name of its field on the sheet."""

    number: int
    finding: Finding
    field: str
    waiver: Waiver | None


@dataclass(frozen=True, slots=True)
class Group:
    """What is found in one part, in the order of the text; ``name`` is the part's."""

    name: str
    label: str
    findings: tuple[Numbered, ...]


def coach_text(text: Release | Revision) -> tuple[Group, ...]:
    """Return what is found in the draft as of today, in a revision as of when it was frozen."""
    document = documents.from_json(text.document)
    waived = find_waivers(text)
    numbered = [
        Numbered(
            number, finding, field_of(finding.mark.path, document), waived.get(key_of(finding))
        )
        for number, finding in enumerate(findings_of(text), 1)
    ]
    by_part = groupby(numbered, key=attrgetter("finding.mark.part"))
    return tuple(Group(part, NAMES[part], tuple(found)) for part, found in by_part)


def spans_of(groups: tuple[Group, ...]) -> Spans:
    """Where the found words stand in each text, by its path, with the finding's number."""
    spans: Spans = {}
    for group in groups:
        for numbered in group.findings:
            mark = numbered.finding.mark
            spans.setdefault(mark.path, []).append(Span(mark.start, mark.end, numbered.number))
    return spans


def count_open(groups: tuple[Group, ...]) -> dict[str, int]:
    """How many findings of each part want a change: those that no reason lets stay."""
    counts = {group.name: sum(map(_is_open, group.findings)) for group in groups}
    return {name: count for name, count in counts.items() if count}


def _is_open(numbered: Numbered) -> bool:
    """No note, but for a part that the short form has and that is empty."""
    finding = numbered.finding
    is_missing = not finding.words and finding.mark.severity != "note"
    return numbered.waiver is None and (finding.severity != "note" or is_missing)


def field_of(path: str, document: Document) -> str:
    """Return the name of the sheet's field that holds the text at ``path``.

    >>> field_of("customer_quote.text", Document())
    'customer_quote-text'
    """
    row = _ROW.fullmatch(path)
    if row is None:
        return path.replace(".", "-")
    index = int(row[1])
    audience = document.faq[index].audience
    before = sum(question.audience == audience for question in document.faq[:index])
    return f"{audience}-{before}-{row[2]}"
