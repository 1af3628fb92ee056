"""What the coach says of a draft or a revision, grouped as the pages show it."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from wbtest.extensions import clock
from wbtest.writing import coach
from wbtest.writing import document as documents
from wbtest.writing.coach import Finding
from wbtest.writing.document import Document, Form
from wbtest.writing.house import house_of
from wbtest.writing.marking import Marked
from wbtest.writing.models import Release, Revision, Waiver
from wbtest.writing.parts import PARTS
from wbtest.writing.waivers import Key, does_stay, find_waivers, findings_of, key_of

Marks = dict[str, list[Marked]]
_ROW = re.compile(r"faq\[(\d+)\]\.(?:open\.)?(\w+)")
# The texts whose words are marked where the release is printed.
PRINTED = re.compile(
    r"headline|subheading|summary|problem|alternative|solution|why_now|\w+_quote\.text"
    r"|call_to_action\.text|faq\[\d+\]\.(?:question|answer)"
)
ASKS_FOR_SOURCES = "A17"
NAMES = {part.name: part.label for part in PARTS["full"]} | {"release": "The whole release"}


class Numbered(NamedTuple):
    """A finding with its number on the page; ``field`` is the name of its field on the sheet,
    ``waiver`` is why it stays, if it does. ``identity`` tells it from every other finding, also
    of equal words, and stays the same while other words change."""

    number: int
    finding: Finding
    field: str
    key: Key
    waiver: Waiver | None
    identity: str

    @property
    def is_printed(self) -> bool:
        """Whether its words are marked where the release is printed."""
        mark = self.finding.mark
        return bool(self.finding.words) and PRINTED.fullmatch(mark.path) is not None


class RefusedReason(NamedTuple):
    """Why somebody wanted a finding to stay, and the sentence that says why it cannot be kept."""

    key: Key
    reason: str
    sentence: str


class Group(NamedTuple):
    """What is found in one part, in the order of the text; ``name`` is the part's."""

    name: str
    label: str
    findings: tuple[Numbered, ...]


def coach_text(text: Release | Revision) -> tuple[Group, ...]:
    """Return what is found in the draft as of today, in a revision as of when it was frozen."""
    found = findings_of(text)
    return grouped(found, documents.from_json(text.document), find_waivers(text))


def coach_unsaved(release: Release, document: Document) -> tuple[Group, ...]:
    """Return what is found today in a text that is on a sheet and not in the draft."""
    house, today = house_of(), clock.now().date()
    found = coach.findings_of(document, release.form, today, house)
    return grouped(found, document, find_waivers(release))


def grouped(
    findings: Iterable[Finding], document: Document, waived: dict[Key, Waiver]
) -> tuple[Group, ...]:
    """Return the findings in a text as its pages show them; ``waived`` are those that may stay."""
    seen: Counter[str] = Counter()
    numbered = [
        _numbered(number, finding, document, waived, seen)
        for number, finding in enumerate(findings, 1)
    ]
    by_part = groupby(numbered, key=attrgetter("finding.mark.part"))
    return tuple(Group(part, NAMES[part], tuple(found)) for part, found in by_part)


def _numbered(
    number: int,
    finding: Finding,
    document: Document,
    waived: dict[Key, Waiver],
    seen: Counter[str],
) -> Numbered:
    key = key_of(finding)
    waiver = waived[key] if does_stay(finding, waived) else None
    field = field_of(finding.mark.path, document)
    place = f"{finding.rule.id}:{field}:{finding.words}"
    seen[place] += 1
    return Numbered(number, finding, field, key, waiver, f"{place}:{seen[place]}")


def marks_of(groups: tuple[Group, ...]) -> Marks:
    """Where the found words stand in each text, by its path, with the finding's number."""
    marks: Marks = {}
    for group in groups:
        for numbered in group.findings:
            mark = numbered.finding.mark
            if numbered.is_printed:
                marked = Marked(mark.start, mark.end, numbered.number)
                marks.setdefault(mark.path, []).append(marked)
    return marks


def count_open(groups: tuple[Group, ...]) -> dict[str, int]:
    """How many findings of each part want a change: those that no reason lets stay."""
    counts = {group.name: sum(map(_is_open, group.findings)) for group in groups}
    return {name: count for name, count in counts.items() if count}


def numbers_asked(form: Form, groups: tuple[Group, ...]) -> tuple[str, ...] | None:
    """The numbers of which the coach wants to know what they rest on, as the short form shows them.

    None in the full form, which lists every number.
    """
    if form == "full":
        return None
    found = (numbered.finding for group in groups for numbered in group.findings)
    return tuple(finding.words for finding in found if finding.rule.id == ASKS_FOR_SOURCES)


def anchor_of(text: Release | Revision, key: Key) -> str:
    """Where this finding stands on the page of its text."""
    found = (numbered for group in coach_text(text) for numbered in group.findings)
    number = next((each.number for each in found if each.key == key), None)
    return f"finding-{number}" if number else "coach"


def find_stops(revision: Revision, before: coach.Step) -> list[Finding]:
    """The findings that nobody has waived and that keep a revision from this step."""
    return stops_among(coach_text(revision), before)


def stops_among(groups: tuple[Group, ...], before: coach.Step) -> list[Finding]:
    """Those of a text's findings that nobody has waived and that keep it from this step."""
    found = [numbered for group in groups for numbered in group.findings]
    return [
        numbered.finding
        for numbered in found
        if numbered.waiver is None
        and numbered.finding.severity == "stop"
        and numbered.finding.rule.stops_before == before
    ]


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
