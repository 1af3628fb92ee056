"""A release as a file: Markdown for people, JSON for programs, Word for the office. Pure.

Markdown and JSON come back whole. What is made to be read or printed only is in ``release_export``.
"""

import json
import re
from typing import Any, Literal

from wbtest.writing.document import (
    PART_LABELS,
    CallToAction,
    Dateline,
    Document,
    Form,
    NotADocument,
    Question,
    Quote,
    from_json,
    to_json,
)
from wbtest.writing.docx_files import docx_to_markdown, is_word
from wbtest.writing.html_reader import html_to_markdown
from wbtest.writing.markdown_format import to_markdown
from wbtest.writing.markdown_lines import Unreadable
from wbtest.writing.markdown_reader import ImportedRelease, from_markdown

TextFileKind = Literal["md", "json"]
TEXT_FILE_TYPES: dict[str, str] = {"md": "text/markdown", "json": "application/json"}
# In characters. A release of 1,500 words has 10,000; this is far more than one holds.
LONGEST_FILE = 1_000_000
_PAGE = re.compile(r"\s*<(?:!doctype html|html)\b", re.IGNORECASE)


def format_release(document: Document, form: Form, kind: TextFileKind) -> str:
    """Return the release as text of this kind; ``parse_release`` gives the same release back."""
    if kind == "md":
        return to_markdown(document, form)
    return json.dumps({"form": form} | to_json(document), ensure_ascii=False, indent=2) + "\n"


def file_text(data: bytes) -> str:
    """Return the text that a file holds, for ``parse_release``: of Word and HTML its Markdown.

    Raises NotADocument with what to do instead when it is neither text nor a Word file.
    """
    try:
        text = docx_to_markdown(data) if is_word(data) else _as_markdown(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotADocument(
            "file", "This is neither UTF-8 text nor a Word file. Save it as Markdown or .docx."
        ) from error
    if len(text) > LONGEST_FILE:
        raise NotADocument(
            "file", "This is too long for a release. Remove what doesn’t belong to it."
        )
    return text


def _as_markdown(text: str) -> str:
    """The text of a file; of a page of HTML its Markdown."""
    return html_to_markdown(text) if _PAGE.match(text) else text


def unplaced_text(read: ImportedRelease) -> str:
    """What found no part, in the order of the text."""
    return "\n\n".join(text for _, text in read.unplaced)


def parse_release(text: str, *, is_any_text: bool = False) -> ImportedRelease:
    """Return the release in a file; JSON is told by its first brace and has no places of lines.

    JSON that does not name its form is full if it holds what only a full release has. Raises
    NotADocument, for a text without any part unless ``is_any_text``.
    """
    text = text.removeprefix("\N{BOM}")
    if not text.lstrip().startswith("{"):
        return from_markdown(text, is_any_text=is_any_text)
    values = _values_in(text)
    form = values.pop("form", "")
    document = from_json(values)
    if form not in ("short", "full", ""):
        raise NotADocument("form", "must be short or full.")
    is_full = form == "full" or (not form and _has_full_parts(document))
    return ImportedRelease(document, "full" if is_full else "short", {}, ())


def _values_in(text: str) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(text, object_pairs_hook=_unique_pairs)
    except json.JSONDecodeError as error:
        raise NotADocument("release", f"This is not JSON: {error}") from error
    except RecursionError as error:
        raise NotADocument("release", "This JSON is nested too deeply for a release.") from error
    except NotADocument:
        raise
    except ValueError as error:
        # Python reads no whole number of more than 4,300 digits.
        raise NotADocument("release", "A number in it is too long.") from error
    return values


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The parts of an object. Of two under one name one would be lost."""
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise NotADocument("release", f"holds the part {name[:40]!r} twice.")
        values[name] = value
    return values


def error_sentence(error: NotADocument) -> str:
    """The sentence for a person, with the part or the line where there is one to name."""
    where = f"Line {error.line}: " if isinstance(error, Unreadable) and error.line > 1 else ""
    is_whole = error.part in ("file", "release") and error.sentence[:1].isupper()
    return f"{where}{error.sentence if is_whole else f'{error.part}: {error.sentence}'}"


def for_customers(document: Document) -> Document:
    """Return what the release says to customers: nothing that only the team may read.

    Parts are named one by one, so that one that is new stays inside until somebody adds it here.
    A question that has no answer yet is left out; its topic is for those who look for gaps.
    """
    return Document(
        product=document.product,
        language=document.language,
        headline=document.headline,
        subheading=document.subheading,
        dateline=Dateline(document.dateline.city, document.dateline.date),
        summary=document.summary,
        problem=document.problem,
        alternative=document.alternative,
        solution=document.solution,
        why_now=document.why_now,
        company_quote=_public_quote(document.company_quote),
        customer_quote=_public_quote(document.customer_quote),
        call_to_action=CallToAction(
            document.call_to_action.text,
            document.call_to_action.label,
            document.call_to_action.price,
        ),
        faq=tuple(
            Question(question.audience, question.question, question.answer)
            for question in document.questions("external")
            if question.question.strip() and question.answer.strip()
        ),
    )


def without_empty_end(markdown: str) -> str:
    """Return a file for customers without the last heading, below which there is nothing."""
    end = f"\n\n## {PART_LABELS['internal']}\n"
    return f"{markdown.removesuffix(end)}\n" if markdown.endswith(end) else markdown


def _public_quote(quote: Quote) -> Quote:
    return Quote(quote.text, quote.speaker, quote.role)


def _has_full_parts(document: Document) -> bool:
    return bool(document.solution or document.summary or document.questions("internal"))
