"""Once go is decided: which sentences of the approved release are served, and what else is built.

The newest save is all there is; earlier ones aren't kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from wbtest.decisions.models import ChecklistItem
from wbtest.extensions import db
from wbtest.publishing import experiment_stages, experiments
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.web import day, number_of
from wbtest.writing import document as documents
from wbtest.writing.coach.document_reader import Reading, Text
from wbtest.writing.text_rules import kept_text, on_one_line

# Nothing is built for a quotation, nor for what changed in the world.
SERVED = (
    *("headline", "subheading", "summary", "problem", "alternative"),
    *("solution", "call_to_action", "external"),
)
NAMES = {part.name: part.label for part in documents.PARTS["full"]}


class Sentence(NamedTuple):
    """A sentence of the release; ``asked`` is the question that it answers, '' for none."""

    part: str
    words: str
    asked: str = ""

    @property
    def key(self) -> str:
        """What tells it from the others, whatever its capitals and spaces: 16 hex digits."""
        return hashlib.sha256(
            f"{self.part}\n{documents.words_key(self.words)}".encode()
        ).hexdigest()[:16]

    @property
    def label(self) -> str:
        """What the pages call its part."""
        return NAMES[self.part]


def sentences_of(document: documents.Document) -> tuple[Sentence, ...]:
    """Return every sentence that may be served, in reading order; each once.

    >>> [s.words for s in sentences_of(documents.Document(headline="Soup", solution="Snap. Eat."))]
    ['Soup', 'Snap.', 'Eat.']
    """
    reading = Reading(document, "full", date.min)
    texts = [(text, "") for text in reading.release if text.part in SERVED]
    texts += [(entry.answer, entry.asked.text.strip()) for entry in reading.external]
    found = [each for text, asked in texts for each in _sentences(text, asked)]
    return tuple({each.key: each for each in found}.values())


def by_part(sentences: tuple[Sentence, ...]) -> list[tuple[str, list[Sentence]]]:
    """Return the sentences under the name of their part, in reading order."""
    return [(label, list(some)) for label, some in groupby(sentences, lambda each: each.label)]


def _sentences(text: Text, asked: str) -> Iterator[Sentence]:
    if text.path.endswith(".label"):
        return
    if text.path.endswith(".price"):
        yield Sentence(text.part, text.text.strip())
        return
    for piece in text.sentences:
        yield Sentence(text.part, piece.text, asked)


STATES = {"open": "Open", "served": "In the build", "not_served": "Not in the build"}
LONGEST_NOTE = 200
MOST_EXTRA = 100
MEANWHILE = (
    "Someone else saved this checklist after you opened it. View their version in another tab, "
    "then save again to replace it with yours."
)
# What Markdown reads as more than a letter, anywhere or at the beginning of a line.
_MARKS = re.compile(r"[\\`*_\[\]<>#|~&!]|^[-+=]")
_NUMBER = re.compile(r"^(\d+)([.)])")


class NoGo(Refused):
    """Nothing is built while the newest decision isn't go."""


class ChecklistMark(NamedTuple):
    """What the team says of a sentence: one of STATES, and maybe a note."""

    state: str = "open"
    note: str = ""


class Checklist(NamedTuple):
    """A mark for each sentence, by its key, and what is built that serves none of them.

    ``revision`` is the number of the one that was tested, ``decided_at`` when go was decided.
    """

    sentences: tuple[Sentence, ...]
    marks: Mapping[str, ChecklistMark]
    extra: tuple[str, ...]
    revision: int
    decided_at: datetime

    @property
    def digest(self) -> str:
        """SHA-256 of what was saved, 64 hex digits."""
        return experiments.part_digest(sorted(self.marks.items()), self.extra)

    @property
    def groups(self) -> list[tuple[str, list[tuple[Sentence, ChecklistMark]]]]:
        """The sentences with their marks, under the names of the parts."""
        return [
            (label, [(each, self.marks[each.key]) for each in some])
            for label, some in by_part(self.sentences)
        ]

    @property
    def summary(self) -> str:
        """How many sentences are built and how many items serve none, in a sentence."""
        served = [mark.state for mark in self.marks.values()].count("served")
        of = f"of the release’s {len(self.sentences)} sentences"
        said = f"You’re building what {served} {of} promise{'s' if served == 1 else ''}"
        if not served:
            said = f"None {of} is in the build yet"
        if not self.extra:
            return f"{said}."
        rest = f"{number_of(len(self.extra), 'thing')} it doesn’t mention"
        return f"{said}, {'plus' if served else 'only'} {rest}."


def find_checklist(experiment: Experiment) -> Checklist | None:
    """Return the checklist of a test, or None where its newest decision isn't go."""
    decision = experiment_stages.find_decision(experiment)
    if decision is None or decision.choice != "go":
        return None
    sentences = sentences_of(documents.from_json(experiment.revision.document))
    rows = _rows(experiment)
    said = {row.sentence: ChecklistMark(row.state, row.text) for row in rows if row.sentence}
    marks = {each.key: said.get(each.key, ChecklistMark()) for each in sentences}
    extra = tuple(row.text for row in rows if not row.sentence)
    return Checklist(sentences, marks, extra, experiment.revision.number, decision.decided_at)


def get_checklist(experiment: Experiment) -> Checklist:
    """Return the checklist of a test. Raises NoGo where its newest decision isn't go."""
    checklist = find_checklist(experiment)
    if checklist is None:
        raise NoGo("Decide “go” first. Then there’s a checklist of the release’s sentences.")
    return checklist


def save_checklist(
    experiment: Experiment, marks: Mapping[str, ChecklistMark], extra: Sequence[str], read: str = ""
) -> Checklist:
    """Replace the checklist; a sentence without a mark is open, empty extra items are left out.

    ``read`` is the digest of the checklist that was shown, '' for none. Saving the same again
    changes nothing. Raises NoGo, Overtaken when somebody else saved meanwhile, and Invalid at
    ``extra``, ``state-KEY`` or ``note-KEY`` for what can't be kept.
    """
    with writing() as session:
        hold(experiment)
        before = get_checklist(experiment)
        after = before._replace(marks=_marks(before, marks), extra=_extra(extra))
        if after == before:
            return before
        if read and read != before.digest:
            raise experiments.EditConflict("extra", MEANWHILE)
        for row in _rows(experiment):
            session.delete(row)
        session.flush()
        said = [(key, *mark) for key, mark in after.marks.items() if mark != ChecklistMark()]
        said += [("", "extra", item) for item in after.extra]
        session.add_all(
            ChecklistItem(
                experiment_id=experiment.id, number=number, sentence=key, state=state, text=text
            )
            for number, (key, state, text) in enumerate(said, 1)
        )
    return after


def as_markdown(checklist: Checklist, product: str) -> Iterator[str]:
    """Return the checklist as lines of Markdown."""
    yield f"# Checklist: {plain(product)}\n\n{checklist.summary}\n"
    yield f"“Go” was decided on {day(checklist.decided_at)}, on revision {checklist.revision}.\n"
    for label, some in checklist.groups:
        yield f"\n## {label}\n\n"
        yield from (_line(sentence, mark) for sentence, mark in some)
    if checklist.extra:
        yield "\n## Not in the release\n\n"
        yield from (f"- {plain(item)}\n" for item in checklist.extra)


def plain(text: str) -> str:
    r"""Return a text of one line so that Markdown shows it as it is.

    >>> plain("- [x] *now*"), plain("1. first")
    ('\\- \\[x\\] \\*now\\*', '1\\. first')
    """
    words = _MARKS.sub(r"\\\g<0>", " ".join(text.split()))
    return _NUMBER.sub(r"\1\\\2", words)


def _rows(experiment: Experiment) -> list[ChecklistItem]:
    query = db.select(ChecklistItem).where(ChecklistItem.experiment_id == experiment.id)
    return list(db.session.scalars(query.order_by(ChecklistItem.number)))


def _marks(before: Checklist, typed: Mapping[str, ChecklistMark]) -> dict[str, ChecklistMark]:
    if not before.marks.keys() >= typed.keys():
        raise Invalid("extra", "The release has no such sentence. Reload the page.")
    return {key: _kept(key, typed.get(key, ChecklistMark())) for key in before.marks}


def _kept(key: str, mark: ChecklistMark) -> ChecklistMark:
    if mark.state not in STATES:
        raise Invalid(f"state-{key}", "Choose open, in the build or not in the build.")
    return ChecklistMark(mark.state, kept_text(f"note-{key}", on_one_line(mark.note), LONGEST_NOTE))


def _extra(typed: Sequence[str]) -> tuple[str, ...]:
    lines = (kept_text("extra", on_one_line(line), LONGEST_NOTE) for line in typed)
    # Each once, in the order in which they were typed.
    found = tuple(dict.fromkeys(line for line in lines if line))
    if len(found) > MOST_EXTRA:
        raise Invalid("extra", f"List at most {MOST_EXTRA} items.")
    return found


def _line(sentence: Sentence, mark: ChecklistMark) -> str:
    tick = "x" if mark.state == "served" else " "
    state = " (not in the build)" if mark.state == "not_served" else ""
    note = f": {plain(mark.note)}" if mark.note else ""
    return f"- [{tick}] {plain(sentence.words)}{state}{note}\n"
