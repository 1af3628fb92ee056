"""A release as a Word file, and a Word file as the Markdown that the importer reads. Pure.

``to_docx`` writes a file that a person sends to a lawyer or a journalist: title, subtitle,
headings, quotations, both sides of the FAQ. ``docx_to_markdown`` reads it back without losing a
letter, and files of Word, Google Docs and LibreOffice as far as their paragraphs say what they
are. It only turns paragraphs into lines: which part of a release a line belongs to is decided in
``markdown``, once for all files.

What reads and writes Word is loaded with the first such file: most processes never see one.
"""

from datetime import datetime

from wbtest.writing.document import Document, Form, NotADocument
from wbtest.writing.word.package import LARGEST_FILE, damage_said, is_word, opened

__all__ = ["LARGEST_FILE", "docx_to_markdown", "is_word", "to_docx"]

# In characters.
LONGEST_TEXT = 1_000_000


def to_docx(document: Document, form: Form, at: datetime, *, is_public: bool = False) -> bytes:
    """Return the file, made ``at`` this time; with ``is_public`` without what is internal."""
    from wbtest.writing.word import writing

    return writing.to_docx(document, form, at, is_public=is_public)


def docx_to_markdown(data: bytes) -> str:
    """Return the file's text as Markdown. Raises NotADocument with a sentence when it has none."""
    from wbtest.writing.word.body import blocks_of
    from wbtest.writing.word.reading import as_markdown

    with damage_said():
        file = opened(data)
        blocks, language = blocks_of(file), file.core_properties.language
    if sum(len(block.text) for block in blocks) > LONGEST_TEXT:
        raise NotADocument("file", "This is too long for a release: take out what is not in it.")
    return as_markdown(blocks, language)
