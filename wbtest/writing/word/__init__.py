"""A release as a Word file, and a Word file as the Markdown that the importer reads. Pure.

The file is for people: Markdown and JSON come back letter by letter, Word need not. Which part of
a release a line belongs to is decided in ``markdown``, once for all files.
"""

from wbtest.writing.word.package import LARGEST_FILE, is_word
from wbtest.writing.word.reading import docx_to_markdown
from wbtest.writing.word.writing import to_docx

__all__ = ["LARGEST_FILE", "docx_to_markdown", "is_word", "to_docx"]
