"""What the coach finds in a draft or a revision, grouped and marked as the pages show it."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from wbtest.extensions import clock
from wbtest.writing import coach
from wbtest.writing import document as documents
from wbtest.writing.coach import Finding
from wbtest.writing.coach.document_reader import Piece, paragraphs_in
from wbtest.writing.coach_settings import get_coach_settings
from wbtest.writing.document import PARTS, Document, Form
from wbtest.writing.models import Release, Revision, Waiver
from wbtest.writing.waivers import FindingKey, does_stay, find_waivers, finding_key, findings_of


class MarkedSpan(NamedTuple):
    """Characters ``start`` to ``end`` of a text, and the number under which they are marked."""

    start: int
    end: int
    number: int


class MarkedRun(NamedTuple):
    """A piece of a paragraph, whether it is marked, and the numbers that begin and end with it.

    ``start`` is its first character's place in the text.
    """

    text: str
    is_marked: bool
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    start: int


def marked_paragraphs(text: str, marks: Iterable[MarkedSpan]) -> list[list[MarkedRun]]:
    """Return the paragraphs as runs. Marks may overlap, lie in each other, and pass paragraphs.

    >>> [runs] = marked_paragraphs("So easy.", [MarkedSpan(3, 7, 1)])
    >>> [(run.text, run.begins) for run in runs]
    [('So ', ()), ('easy', (1,)), ('.', ())]
    """
    paragraphs = paragraphs_in(text)
    cut = [_trimmed(mark, paragraphs) for mark in marks if mark.start < mark.end]
    kept = [mark for mark in cut if mark.start < mark.end]
    return [_runs(paragraph, kept) for paragraph in paragraphs]


def _trimmed(mark: MarkedSpan, paragraphs: list[Piece]) -> MarkedSpan:
    """The mark without the empty lines at its ends, so that both ends lie in a paragraph."""
    starts = [max(p.start, mark.start) for p in paragraphs if p.end > mark.start]
    ends = [min(p.end, mark.end) for p in paragraphs if p.start < mark.end]
    return MarkedSpan(min(starts, default=mark.end), max(ends, default=mark.start), mark.number)


def _runs(paragraph: Piece, marks: list[MarkedSpan]) -> list[MarkedRun]:
    """The paragraph, cut wherever a mark begins or ends."""
    mine = [mark for mark in marks if mark.start < paragraph.end and mark.end > paragraph.start]
    cuts = {paragraph.start, paragraph.end}
    for mark in mine:
        cuts |= {max(mark.start, paragraph.start), min(mark.end, paragraph.end)}
    places = sorted(cuts)
    return [_run(paragraph, mine, start, end) for start, end in pairwise(places)]


def _run(paragraph: Piece, marks: list[MarkedSpan], start: int, end: int) -> MarkedRun:
    return MarkedRun(
        paragraph.text[start - paragraph.start : end - paragraph.start],
        any(mark.start <= start and mark.end >= end for mark in marks),
        tuple(mark.number for mark in marks if mark.start == start),
        tuple(mark.number for mark in marks if mark.end == end),
        start,
    )


Marks = dict[str, list[MarkedSpan]]
_FAQ_PATH = re.compile(r"faq\[(\d+)\]\.(?:open\.)?(\w+)")
# The texts whose words are marked where the release is printed.
PRINTED = re.compile(
    r"headline|subheading|summary|problem|alternative|solution|why_now|\w+_quote\.text"
    r"|call_to_action\.text|faq\[\d+\]\.(?:question|answer)"
)
ASKS_FOR_SOURCES = "A17"
PART_NAMES = {part.name: part.label for part in PARTS["full"]} | {"release": "The whole release"}


class NumberedFinding(NamedTuple):
    """A finding with its number on the page; ``field`` is the name of its field on the sheet,
    ``waiver`` is why it stays, if it does. ``identity`` tells it from every other finding, also
    of equal words, and stays the same while other words change."""

    number: int
    finding: Finding
    field: str
    key: FindingKey
    waiver: Waiver | None
    identity: str

    @property
    def is_printed(self) -> bool:
        """Whether its words are marked where the release is printed."""
        mark = self.finding.mark
        return bool(self.finding.words) and PRINTED.fullmatch(mark.path) is not None


class RefusedReason(NamedTuple):
    """Why somebody wanted a finding to stay, and the sentence that says why it cannot be kept."""

    key: FindingKey
    reason: str
    sentence: str


class FindingGroup(NamedTuple):
    """What is found in one part, in the order of the text; ``name`` is the part's."""

    name: str
    label: str
    findings: tuple[NumberedFinding, ...]


def coach_text(text: Release | Revision) -> tuple[FindingGroup, ...]:
    """Return what is found in the draft as of today, in a revision as of when it was frozen."""
    found = findings_of(text)
    return group_findings(found, documents.from_json(text.document), find_waivers(text))


def coach_unsaved(release: Release, document: Document) -> tuple[FindingGroup, ...]:
    """Return what is found today in a text that is on a sheet and not in the draft."""
    settings, today = get_coach_settings(), clock.now().date()
    found = coach.findings_of(document, release.form, today, settings)
    return group_findings(found, document, find_waivers(release))


def group_findings(
    findings: Iterable[Finding], document: Document, waived: dict[FindingKey, Waiver]
) -> tuple[FindingGroup, ...]:
    """Return the findings in a text as its pages show them; ``waived`` are those that may stay."""
    seen: Counter[str] = Counter()
    numbered = [
        _numbered(number, finding, document, waived, seen)
        for number, finding in enumerate(findings, 1)
    ]
    by_part = groupby(numbered, key=attrgetter("finding.mark.part"))
    return tuple(FindingGroup(part, PART_NAMES[part], tuple(found)) for part, found in by_part)


def _numbered(
    number: int,
    finding: Finding,
    document: Document,
    waived: dict[FindingKey, Waiver],
    seen: Counter[str],
) -> NumberedFinding:
    key = finding_key(finding)
    waiver = waived[key] if does_stay(finding, waived) else None
    field = field_of(finding.mark.path, document)
    place = f"{finding.rule.id}:{field}:{finding.words}"
    seen[place] += 1
    return NumberedFinding(number, finding, field, key, waiver, f"{place}:{seen[place]}")


def marks_of(groups: tuple[FindingGroup, ...]) -> Marks:
    """Where the found words stand in each text, by its path, with the finding's number."""
    marks: Marks = {}
    for group in groups:
        for numbered in group.findings:
            mark = numbered.finding.mark
            if numbered.is_printed:
                marked = MarkedSpan(mark.start, mark.end, numbered.number)
                marks.setdefault(mark.path, []).append(marked)
    return marks


def count_open(groups: tuple[FindingGroup, ...]) -> dict[str, int]:
    """How many findings of each part want a change: those that no reason lets stay."""
    counts = {group.name: sum(map(_is_open, group.findings)) for group in groups}
    return {name: count for name, count in counts.items() if count}


def numbers_asked(form: Form, groups: tuple[FindingGroup, ...]) -> tuple[str, ...] | None:
    """The numbers of which the coach wants to know what they rest on, as the short form shows them.

    None in the full form, which lists every number.
    """
    if form == "full":
        return None
    found = (numbered.finding for group in groups for numbered in group.findings)
    return tuple(finding.words for finding in found if finding.rule.id == ASKS_FOR_SOURCES)


def anchor_of(text: Release | Revision, key: FindingKey) -> str:
    """Where this finding stands on the page of its text."""
    found = (numbered for group in coach_text(text) for numbered in group.findings)
    number = next((each.number for each in found if each.key == key), None)
    return f"finding-{number}" if number else "coach"


def find_stops(revision: Revision, before: coach.Step) -> list[Finding]:
    """The findings that nobody has waived and that keep a revision from this step."""
    return stops_among(coach_text(revision), before)


def stops_among(groups: tuple[FindingGroup, ...], before: coach.Step) -> list[Finding]:
    """Those of a text's findings that nobody has waived and that keep it from this step."""
    found = [numbered for group in groups for numbered in group.findings]
    return [
        numbered.finding
        for numbered in found
        if numbered.waiver is None
        and numbered.finding.severity == "stop"
        and numbered.finding.rule.stops_before == before
    ]


def _is_open(numbered: NumberedFinding) -> bool:
    """No note, but for a part that the short form has and that is empty."""
    finding = numbered.finding
    is_missing = not finding.words and finding.mark.severity != "note"
    return numbered.waiver is None and (finding.severity != "note" or is_missing)


def field_of(path: str, document: Document) -> str:
    """Return the name of the sheet's field that holds the text at ``path``.

    >>> field_of("customer_quote.text", Document())
    'customer_quote-text'
    """
    row = _FAQ_PATH.fullmatch(path)
    if row is None:
        return path.replace(".", "-")
    index = int(row[1])
    audience = document.faq[index].audience
    before = sum(question.audience == audience for question in document.faq[:index])
    return f"{audience}-{before}-{row[2]}"
