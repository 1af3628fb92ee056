"""A release to look at before you write your own: its drafts, the coach, a review, what changed.

It is no row of any table: it is put together from the ``larder`` files with each request. So nobody
can start it, approve it or count it by mistake, and there is nothing to delete. The demo tells the
same release through verbs.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import render_template, request
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.review import comment_anchors, review_answers
from wbtest.review.views import bp
from wbtest.team import access
from wbtest.writing import coach, text_diff
from wbtest.writing.coach_report import MarkedSpan, group_findings, marks_of
from wbtest.writing.document import Document, from_json

HERE = Path(__file__).parent
NAME = "larder"
SIDES = {
    "release": "Release",
    "coach": "Coach",
    "review": "Review",
    "changes": "Changes",
}
# On this day the texts were written. The days that they name move along with today's.
WRITTEN_ON = date(2026, 11, 26)
PEOPLE = {
    "tom": ("Tom", "writes it"),
    "priya": ("Priya", "builds it"),
    "jonas": ("Jonas", "pays for it"),
    "mei": ("Mei", "guest"),
}


class SampleAnswer(NamedTuple):
    """What one reader said of a draft; ``is_same`` is None for who wrote it."""

    name: str
    role: str
    customer: str
    is_same: bool | None
    verdict: str
    reason: str


class SampleComment(NamedTuple):
    """A comment on words of a draft, what should stand there, and what was answered."""

    name: str
    place: comment_anchors.Selection
    text: str
    suggestion: str
    replies: tuple[tuple[str, str], ...]


class SampleDraft(NamedTuple):
    """A draft of the sample with its review: what was asked, answered and remarked."""

    number: int
    document: Document
    note: str
    said: tuple[SampleAnswer, ...]
    remarks: tuple[SampleComment, ...]

    @property
    def others(self) -> tuple[SampleAnswer, ...]:
        """Everybody but the author."""
        return tuple(each for each in self.said if each.is_same is not None)

    @property
    def same(self) -> int:
        """How many of the others mean the author's customer."""
        return sum(each.is_same is True for each in self.others)


def read_texts(name: str) -> Any:
    """What a file of the story says."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


# Two, since at midnight one may be asked for both days.
@lru_cache(2)
def sample_drafts(today: date) -> tuple[SampleDraft, ...]:
    """Every draft of the sample that was reviewed, the first one first, as of ``today``."""
    values, drafts, review = (
        read_texts(NAME),
        read_texts(f"{NAME}_drafts"),
        read_texts(f"{NAME}_review"),
    )
    return tuple(
        _draft(int(number), draft_text(values, drafts[int(number) - 1], today), said)
        for number, said in sorted(review["drafts"].items())
    )


def draft_text(values: Mapping[str, Any], changes: Mapping[str, Any], today: date) -> Document:
    """A draft of a release: the last one's ``values`` with ``changes``; ``faq`` of them is how many
    questions there were. Its days are as far away from ``today`` as they were when written."""
    kept = changes.get("faq", len(values["faq"]))
    final = from_json({**values, **changes, "faq": values["faq"][:kept]})
    moved = today - WRITTEN_ON
    return replace(
        final,
        dateline=replace(final.dateline, date=_moved(final.dateline.date, moved)),
        faq=tuple(
            replace(entry, open=replace(entry.open, until=_moved(entry.open.until, moved)))
            if entry.open
            else entry
            for entry in final.faq
        ),
    )


def _moved(day: str, by: timedelta) -> str:
    return (date.fromisoformat(day) + by).isoformat() if day else ""


def _draft(number: int, document: Document, said: dict[str, Any]) -> SampleDraft:
    same, closing = said["same"], said["closing"]
    return SampleDraft(
        number,
        document,
        said["note"],
        tuple(
            SampleAnswer(
                *PEOPLE[name],
                customer=answers["customer"],
                is_same=same.get(name),
                verdict=closing.get(name, {}).get("verdict", ""),
                reason=closing.get(name, {}).get("reason", ""),
            )
            for name, answers in said["answers"].items()
        ),
        tuple(_comment(document, each) for each in said["comments"]),
    )


def _comment(document: Document, said: dict[str, Any]) -> SampleComment:
    return SampleComment(
        PEOPLE[said["by"]][0],
        comment_anchors.selection_at(document, said["path"], said["words"]),
        said["text"],
        said.get("suggestion", ""),
        tuple((PEOPLE[reply["by"]][0], reply["text"]) for reply in said.get("replies", ())),
    )


@bp.get("/sample")
@access.requires("read")
def sample() -> ResponseReturnValue:
    """The sample from one side: as approved, its first draft with coach or review, or changes."""
    side = request.args.get("side", "")
    side = side if side in SIDES else "release"
    values = {"coach": _coach_values, "review": _review_values, "changes": _change_values}
    drafts = _drafts()
    draft = drafts[0] if side in ("coach", "review") else drafts[-1]
    shown = {"sides": SIDES, "side": side, "draft": draft, "document": draft.document, "marks": {}}
    if side in values:
        shown |= values[side](drafts)
    return render_template("review/sample.html", **shown)


def _coach_values(drafts: tuple[SampleDraft, ...]) -> dict[str, Any]:
    """What the coach says of the first draft."""
    document = drafts[0].document
    found = coach.findings_of(document, "full", clock.now().date())
    groups = group_findings(found, document, {})
    return {"findings": groups, "marks": marks_of(groups)}


def _review_values(drafts: tuple[SampleDraft, ...]) -> dict[str, Any]:
    """What the readers of the first draft answered and remarked."""
    draft, *later = drafts
    marks: dict[str, list[MarkedSpan]] = {}
    for number, remark in enumerate(draft.remarks, 1):
        at = remark.place
        marks.setdefault(at.path, []).append(MarkedSpan(at.start, at.end, number))
    return {
        "marks": marks,
        "verdicts": review_answers.VERDICTS,
        "labels": [
            comment_anchors.label_of(draft.document, remark.place.path) for remark in draft.remarks
        ],
        "later": later,
    }


def _change_values(drafts: tuple[SampleDraft, ...]) -> dict[str, Any]:
    """What changed from the first draft to the one that was approved, word by word."""
    parts = text_diff.compare(drafts[0].document, drafts[-1].document)
    return {
        "first": drafts[0],
        "changed": [part for part in parts if part.is_changed],
        "same": [part for part in parts if not part.is_changed],
        "summary": text_diff.summarise_changes(parts),
    }


def _drafts() -> tuple[SampleDraft, ...]:
    return sample_drafts(clock.now().date())
