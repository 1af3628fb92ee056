"""The list as files for an issue tracker: Markdown to paste, CSV to import."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wbtest.http import day
from wbtest.results.models import Decision
from wbtest.results.yardstick.measure import Measured
from wbtest.results.yardstick.models import ScopeChange
from wbtest.results.yardstick.promises import Sentence
from wbtest.results.yardstick.scope import Scope

HEAD = ("Title", "Description", "State", "Serves", "Drift")
# What Markdown reads as more than a letter, anywhere or at the beginning of a line.
_MARKS = re.compile(r"[\\`*_\[\]<>#|~&!]|^[-+=]")
_NUMBER = re.compile(r"^(\d+)([.)])")


def as_markdown(scope: Scope, go: Decision | None, changes: Sequence[ScopeChange]) -> Iterator[str]:
    """Return the list, its gaps and its changes as lines of Markdown."""
    yield f"# What we build: {plain(scope.document.product)}\n\n"
    yield f"Measured by revision {scope.revision.number}, approved on "
    yield f"{day(scope.approval.approved_at)}. {go_sentence(go)}\n\n{scope.sentence}\n\n"
    for measured in scope.measure.items:
        yield from _item(measured)
    if scope.measure.gaps:
        yield "\n## Promises without an item\n\n"
        yield from (f"- {_quoted(each)}\n" for each in scope.measure.gaps)
    yield "\n## Changes\n\n"
    for change in changes:
        yield f"- {day(change.at)}: {plain(change.person.name)} {plain(change.what)}\n"


def as_rows(scope: Scope) -> Iterator[Sequence[str]]:
    """Return the list as rows for CSV: a head, then a row for each item."""
    yield HEAD
    for measured in scope.measure.items:
        item = measured.item
        serves = "\n".join(f"{each.words} ({each.label})" for each in measured.serves)
        yield item.title, item.note, item.state, serves, drift_phrase(measured)


def go_sentence(go: Decision | None) -> str:
    """When the team decided to build, or that it has not."""
    if go is None:
        return "There is no go decision yet."
    return f"Go was decided on {day(go.decided_at)}, on revision {go.experiment.revision.number}."


def drift_phrase(measured: Measured) -> str:
    """What is said of an item that serves nothing, or ''."""
    if not measured.is_drift:
        return ""
    return "what it served is gone from the text" if measured.gone else "serves nothing"


def plain(text: str) -> str:
    r"""Return a text of one line so that Markdown shows it as it is.

    >>> plain("- [x] *now*"), plain("1. first")
    ('\\- \\[x\\] \\*now\\*', '1\\. first')
    """
    words = _MARKS.sub(r"\\\g<0>", " ".join(text.split()))
    return _NUMBER.sub(r"\1\\\2", words)


def _item(measured: Measured) -> Iterator[str]:
    item = measured.item
    tick = "x" if item.state == "done" else " "
    yield f"- [{tick}] **{plain(item.title)}** ({item.state})\n"
    yield from (f"  {plain(line)}\n" for line in item.note.splitlines() if line.strip())
    yield from (f"  - serves {_quoted(each)}\n" for each in measured.serves)
    yield from (
        f"  - served {_quoted(each)}, which is gone from the text\n" for each in measured.gone
    )
    if measured.is_drift:
        yield "  - **drift**: serves nothing the customer was promised\n"


def _quoted(sentence: Sentence) -> str:
    return f"“{plain(sentence.words)}” ({sentence.label})"
