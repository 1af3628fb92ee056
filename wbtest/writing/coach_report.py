"""What the coach says of a release, as its team sees it.

Settings hold the team's jargon, its known acronyms and the rules it muted. A waiver lets a
finding stay for a reason; it is frozen with the revision. Findings are grouped by part and
marked in the text.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team import access, audit
from wbtest.team.models import Person
from wbtest.writing import coach
from wbtest.writing.coach.document_reader import Piece, paragraphs_in
from wbtest.writing.document import PART_LABELS, Document, Form, from_json
from wbtest.writing.models import Release, Revision, Waiver, name_of
from wbtest.writing.text_rules import find_fault, needed_text, with_plain_breaks

LONGEST_LIST = 5_000


@cache
def mutable_rules() -> tuple[coach.Rule, ...]:
    """The rules that a team may do without. What stops a release is not a matter of taste."""
    return tuple(rule for rule in coach.RULES if "stop" not in rule.severity)


def get_coach_settings() -> coach.CoachSettings:
    """Return what the team has said, nothing at first."""
    team = access.get_team()
    return coach.CoachSettings(_lines(team.jargon), _lines(team.allowed), _lines(team.muted))


def update_coach(
    *,
    jargon: str | None = None,
    allowed: str | None = None,
    muted: Collection[str] | None = None,
) -> None:
    """Replace what the team says; lists have a word or phrase a line, None stays as it is.

    Raises Invalid for a list that cannot be kept. Of ``muted`` only rules that never stop count.
    """
    given = {"jargon": jargon, "allowed": allowed}
    lists = {name: with_plain_breaks(text) for name, text in given.items() if text is not None}
    for name, text in lists.items():
        if fault := find_fault(text, LONGEST_LIST):
            raise Invalid(name, fault)
    with writing():
        team = access.get_team()
        hold(team)
        for name, text in lists.items():
            setattr(team, name, "\n".join(_lines(text)))
        if muted is not None:
            team.muted = "\n".join(rule.id for rule in mutable_rules() if rule.id in muted)
        audit.record("coach.changed")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


LONGEST_REASON = 1_000
# What a revision takes over from a waiver of its draft.
COPIED = ("release_id", "severity", "person_id", "reason", "waived_at")


class FindingKey(NamedTuple):
    """Which finding. Words are compared in small letters; where something is missing the message
    stands for them, without its figures, so that a text may grow by a word and keep its waiver."""

    rule: str
    part: str
    words: str


class NotWaivable(Refused):
    """No reason takes this finding away, or not this person's."""

    status = 403


class WordsGone(Refused):
    """The text has no such finding any more."""


def finding_key(finding: coach.Finding) -> FindingKey:
    """Return what a waiver of this finding names."""
    said = finding.words or re.sub(r"\d[\d.,]*", "#", finding.mark.message)
    return FindingKey(finding.rule.id, finding.mark.part, with_plain_breaks(said).casefold())


def waive(
    text: Release | Revision, key: FindingKey, reason: str, person: Person, *, is_approver: bool
) -> Waiver:
    """Let a finding of a draft or of the newest revision stay.

    In a draft a second reason replaces the first; what a revision has stays as it is. Raises
    Invalid without a usable reason, WordsGone when the text has no such finding, NotWaivable when
    it cannot be waived, or only by an approver, or not any more.
    """
    reason = needed_text(
        "reason", reason, LONGEST_REASON, "Enter a reason for keeping these words."
    )
    with writing() as session:
        release = text if isinstance(text, Release) else text.release
        hold(release)
        finding = _get_finding(text, key)
        _check_waivable(finding, is_approver=is_approver)
        before = find_waivers(text).get(key)
        if before is not None:
            _check_not_frozen(before)
            session.delete(before)
        waiver = Waiver(
            **key._asdict(),
            severity=finding.severity,
            release_id=release.id,
            revision_id=None if isinstance(text, Release) else text.id,
            reason=reason,
            person_id=person.id,
            waived_at=clock.now(),
        )
        session.add(waiver)
        audit.record("waiver.given", _what(waiver, release), by=person)
    return waiver


def take_back(waiver: Waiver) -> None:
    """Let the finding of a draft stand again. What was frozen with a revision stays."""
    _check_not_frozen(waiver)
    with writing() as session:
        release = session.get_one(Release, waiver.release_id)
        audit.record("waiver.taken_back", _what(waiver, release))
        session.delete(waiver)


def freeze_waivers(revision: Revision) -> None:
    """Copy the draft's waivers to a revision of its text, those that apply and are new there."""
    with writing() as session:
        session.flush()
        found = {finding_key(finding) for finding in findings_of(revision)} - set(
            find_waivers(revision)
        )
        for key, waiver in find_waivers(revision.release).items():
            if key in found:
                copied = {name: getattr(waiver, name) for name in COPIED}
                session.add(Waiver(revision_id=revision.id, **key._asdict(), **copied))


def find_waivers(text: Release | Revision) -> dict[FindingKey, Waiver]:
    """The waivers of a draft, or those that belong to a revision, by finding."""
    if isinstance(text, Release):
        of_it = select(Waiver).where(Waiver.release_id == text.id, Waiver.revision_id.is_(None))
    else:
        of_it = select(Waiver).where(Waiver.revision_id == text.id)
    named = of_it.options(joinedload(Waiver.person)).order_by(Waiver.id)
    rows = db.session.scalars(named)
    return {FindingKey(row.rule, row.part, row.words): row for row in rows}


def waivers_by_revision(release: Release) -> dict[int, dict[FindingKey, Waiver]]:
    """The waivers that belong to each revision (by its id) of the release."""
    rows = db.session.scalars(
        select(Waiver)
        .where(Waiver.release_id == release.id, Waiver.revision_id.is_not(None))
        .options(joinedload(Waiver.person))
        .order_by(Waiver.id)
    )
    found: dict[int, dict[FindingKey, Waiver]] = {}
    for row in rows:
        assert row.revision_id is not None
        found.setdefault(row.revision_id, {})[FindingKey(row.rule, row.part, row.words)] = row
    return found


def findings_of(text: Release | Revision) -> tuple[coach.Finding, ...]:
    """What the coach finds: in a draft as of today, in a revision as of the day it was frozen."""
    day = clock.now() if isinstance(text, Release) else text.created_at
    document = from_json(text.document)
    return coach.findings_of(document, text.form, day.date(), get_coach_settings())


def does_stay(finding: coach.Finding, waived: Mapping[FindingKey, Waiver]) -> bool:
    """Whether there is a reason that is good enough for how severe the finding is."""
    waiver = waived.get(finding_key(finding))
    return waiver is not None and (finding.severity != "stop" or waiver.severity == "stop")


def _what(waiver: Waiver, release: Release) -> str:
    return f"“{waiver.words}” ({waiver.rule}) in {name_of(release)}"


def _get_finding(text: Release | Revision, key: FindingKey) -> coach.Finding:
    for finding in findings_of(text):
        if finding_key(finding) == key:
            return finding
    raise WordsGone("The text changed and no longer has these words.")


def _check_waivable(finding: coach.Finding, *, is_approver: bool) -> None:
    if finding.severity == "note":
        raise NotWaivable("This is only a tip. It needs no reason.")
    if not finding.is_waivable:
        raise NotWaivable("This can’t be kept. Fix it first.")
    if finding.severity == "stop" and not is_approver:
        stopped = "approval" if finding.rule.stops_before == "approval" else "test"
        raise NotWaivable(f"This blocks the {stopped}. Only an approver can keep it.")


def _check_not_frozen(waiver: Waiver) -> None:
    if waiver.revision_id is not None:
        raise NotWaivable("This waiver belongs to a frozen revision. It stays in the history.")


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
PART_NAMES = PART_LABELS | {"release": "The whole release"}


class NumberedFinding(NamedTuple):
    """A finding with its number on the page; ``field`` is the name of its field on the sheet,
    ``waiver`` is why it stays, if it does. ``identity`` tells it from every other finding, also
    of equal words, and stays the same while other words change."""

    number: int
    finding: coach.Finding
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
    return group_findings(found, from_json(text.document), find_waivers(text))


def coach_unsaved(release: Release, document: Document) -> tuple[FindingGroup, ...]:
    """Return what is found today in a text that is on a sheet and not in the draft."""
    settings, today = get_coach_settings(), clock.now().date()
    found = coach.findings_of(document, release.form, today, settings)
    return group_findings(found, document, find_waivers(release))


def group_findings(
    findings: Iterable[coach.Finding], document: Document, waived: dict[FindingKey, Waiver]
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
    finding: coach.Finding,
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


def find_stops(revision: Revision, before: coach.Step) -> list[coach.Finding]:
    """The findings that nobody has waived and that keep a revision from this step."""
    return stops_among(coach_text(revision), before)


def stops_among(groups: tuple[FindingGroup, ...], before: coach.Step) -> list[coach.Finding]:
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
