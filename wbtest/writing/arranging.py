"""Adding, moving and removing questions of the FAQ, as the editor's buttons say it. Pure."""

from dataclasses import replace
from typing import cast

from wbtest.writing.document import EXTERNAL_TOPICS, INTERNAL_TOPICS, Audience, Document, Question
from wbtest.writing.limits import MOST_QUESTIONS


def arrange(document: Document, command: str) -> Document:
    """Return the document after a button's ``command``; one that does not fit changes nothing.

    ``add:internal:key risks`` adds a row (the topic may be empty); ``up:external:2``, ``down:…``
    and ``remove:…`` act on the row of that audience with that number, counted from 0.
    """
    verb, _, rest = command.partition(":")
    audience, _, what = rest.partition(":")
    if audience not in ("external", "internal"):
        return document
    side = cast(Audience, audience)
    rows = list(document.questions(side))
    if verb == "add" and len(document.faq) < MOST_QUESTIONS:
        topic = what if what in EXTERNAL_TOPICS + INTERNAL_TOPICS else ""
        rows.append(Question(side, "", topic=topic))
    elif what.isascii() and what.isdigit() and int(what) < len(rows):
        _act(rows, verb, int(what))
    return with_questions(document, side, rows)


def with_questions(document: Document, audience: Audience, rows: list[Question]) -> Document:
    """Return the document with these as its questions of one audience, customers' first."""
    external = rows if audience == "external" else document.questions("external")
    internal = rows if audience == "internal" else document.questions("internal")
    return replace(document, faq=(*external, *internal))


def _act(rows: list[Question], verb: str, index: int) -> None:
    """Move or remove the row at ``index``, in place."""
    if verb == "remove":
        del rows[index]
    elif verb == "up" and index > 0:
        rows.insert(index - 1, rows.pop(index))
    elif verb == "down":
        rows.insert(index + 1, rows.pop(index))
