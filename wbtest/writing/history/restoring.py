"""An older text, or one part of it, becomes the newest draft; nothing is taken from the history."""

from dataclasses import replace
from typing import Any

from wbtest.store import Refused, hold, writing
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.arranging import with_questions
from wbtest.writing.document import AUDIENCES, Document, NotADocument
from wbtest.writing.models import Release, Save
from wbtest.writing.saves import Text, changed_parts, note_save, values_of, writers_of_parts

# What can be restored by itself: the questions of each audience, and every other part.
PARTS = (*(name for name in Document.__dataclass_fields__ if name != "faq"), *AUDIENCES)


class DoesNotFit(Refused):
    """The part and the rest of the draft are too much together."""


def restore(release: Release, text: Text, person: Person, part: str = "") -> Save | None:
    """Make ``text``, or this part of it, the newest draft; None when the draft says so already.

    A full release stays full, whatever form the text had: what is not shown would seem lost. Raises
    ValueError for a part that no release has, DoesNotFit for questions that are too many now.
    """
    if part and part not in PARTS:
        raise ValueError(f"a release has no part called {part[:40]!r}")
    with writing():
        hold(release)
        before = values_of(release)
        draft = documents.from_json(release.document)
        release.document = _checked(_with_part(draft, text.document, part))
        if not part and text.form == "full":
            release.form = "full"
        # Which of the words are whose nobody knows: so all who ever wrote these parts.
        parts = changed_parts(before, values_of(release))
        return note_save(release, before, person, writers_of_parts(release, parts))


def _with_part(draft: Document, old: Document, part: str) -> Document:
    """The draft with one part of the old text, or with all of it."""
    if not part:
        return old
    for audience in AUDIENCES:
        if part == audience:
            return with_questions(draft, audience, list(old.questions(audience)))
    return replace(draft, **{part: getattr(old, part)})


def _checked(document: Document) -> dict[str, Any]:
    values = documents.to_json(document)
    try:
        documents.from_json(values)
    except NotADocument as error:
        raise DoesNotFit(f"This part does not fit beside the others: it {error.sentence}") from None
    return values
