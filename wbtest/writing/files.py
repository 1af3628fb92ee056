"""A release as a file: Markdown for people, JSON for programs; both come back whole. Pure."""

import json
from typing import Literal

from wbtest.writing.document import Document, Form, NotADocument, from_json, to_json
from wbtest.writing.markdown import Read, from_markdown, to_markdown

Kind = Literal["md", "json"]
KINDS: dict[str, str] = {"md": "text/markdown", "json": "application/json"}
# A release of 1,500 words has 10,000 characters; this is far more than one holds.
LONGEST_FILE = 1_000_000


def write_file(document: Document, form: Form, kind: Kind) -> str:
    """Return the release as text of this kind; ``read_file`` gives the same release back."""
    if kind == "md":
        return to_markdown(document, form)
    return json.dumps({"form": form} | to_json(document), ensure_ascii=False, indent=2) + "\n"


def read_file(text: str) -> Read:
    """Return the release in a file; JSON is told by its first brace and has no places of lines.

    JSON that does not name its form is full if it holds what only a full release has. Raises
    NotADocument.
    """
    if not text.lstrip().startswith("{"):
        return from_markdown(text)
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotADocument("release", f"This is not JSON: {error}") from error
    form = values.pop("form", "")
    document = from_json(values)
    if form not in ("short", "full", ""):
        raise NotADocument("form", "must be short or full.")
    is_full = form == "full" or (not form and _has_full_parts(document))
    return Read(document, "full" if is_full else "short", {}, ())


def _has_full_parts(document: Document) -> bool:
    return bool(document.solution or document.summary or document.questions("internal"))
