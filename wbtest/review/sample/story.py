"""What the sample says: the drafts of one release, and what its readers answered.

The demo tells the same release through verbs. Both read it here, so that there is one text.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from wbtest.review.comment_targets import Selection, selection_at
from wbtest.writing import document as documents
from wbtest.writing.document import Document

HERE = Path(__file__).parent
NAME = "larder"
# On this day the texts were written. The days that they name move along with today's.
WRITTEN_ON = date(2026, 11, 26)
PEOPLE = {
    "tom": ("Tom", "writes it"),
    "priya": ("Priya", "builds it"),
    "jonas": ("Jonas", "pays for it"),
    "mei": ("Mei", "by a link, without an account"),
}


class Said(NamedTuple):
    """What one reader said of a draft; ``is_same`` is None for who wrote it."""

    name: str
    role: str
    customer: str
    is_same: bool | None
    verdict: str
    reason: str


class Remark(NamedTuple):
    """A comment on words of a draft, what should stand there, and what was answered."""

    name: str
    place: Selection
    text: str
    suggestion: str
    replies: tuple[tuple[str, str], ...]


class Draft(NamedTuple):
    """A draft of the sample with its review: what was asked, answered and remarked."""

    number: int
    document: Document
    note: str
    said: tuple[Said, ...]
    remarks: tuple[Remark, ...]

    @property
    def others(self) -> tuple[Said, ...]:
        """Everybody but the author."""
        return tuple(each for each in self.said if each.is_same is not None)

    @property
    def same(self) -> int:
        """How many of the others mean the author's customer."""
        return sum(each.is_same is True for each in self.others)


def told(name: str) -> Any:
    """What a file of the story says."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


# Two, since at midnight one may be asked for both days.
@lru_cache(2)
def sample(today: date) -> tuple[Draft, ...]:
    """Every draft of the sample that was reviewed, the first one first, as of ``today``."""
    values, drafts, review = told(NAME), told(f"{NAME}_drafts"), told(f"{NAME}_review")
    return tuple(
        _draft(int(number), text_of(values, drafts[int(number) - 1], today), said)
        for number, said in sorted(review["drafts"].items())
    )


def text_of(values: Mapping[str, Any], changes: Mapping[str, Any], today: date) -> Document:
    """A draft of a release: the last one's ``values`` with ``changes``; ``faq`` of them is how many
    questions there were. Its days are as far away from ``today`` as they were when written."""
    kept = changes.get("faq", len(values["faq"]))
    final = documents.from_json({**values, **changes, "faq": values["faq"][:kept]})
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


def _draft(number: int, document: Document, said: dict[str, Any]) -> Draft:
    same, closing = said["same"], said["closing"]
    return Draft(
        number,
        document,
        said["note"],
        tuple(
            Said(
                *PEOPLE[name],
                customer=answers["customer"],
                is_same=same.get(name),
                verdict=closing.get(name, {}).get("verdict", ""),
                reason=closing.get(name, {}).get("reason", ""),
            )
            for name, answers in said["answers"].items()
        ),
        tuple(_remark(document, each) for each in said["comments"]),
    )


def _remark(document: Document, said: dict[str, Any]) -> Remark:
    return Remark(
        PEOPLE[said["by"]][0],
        selection_at(document, said["path"], said["words"]),
        said["text"],
        said.get("suggestion", ""),
        tuple((PEOPLE[reply["by"]][0], reply["text"]) for reply in said.get("replies", ())),
    )
