"""A release from a file that was named on the command line."""

import sys
from pathlib import Path

import click
from msgspec.structs import replace

from wbtest.store import Refused
from wbtest.writing.document import NotADocument
from wbtest.writing.docx_reader import LARGEST_FILE, is_word
from wbtest.writing.markdown_reader import ImportedRelease
from wbtest.writing.release_files import LONGEST_FILE, file_text, parse_release

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)


def read_release(file: str) -> ImportedRelease:
    """Return the release in ``file``, or in what comes in for "-". Raises Refused when it is none.

    Of a Word file there are no lines to name.
    """
    most = max(LONGEST_FILE, LARGEST_FILE) + 1
    if file == "-":
        data = sys.stdin.buffer.read(most)
    else:
        with Path(file).open("rb") as opened:
            data = opened.read(most)
    is_docx = is_word(data)
    if not is_docx and len(data) > LONGEST_FILE:
        raise Refused(f"{file} is longer than {LONGEST_FILE:,} bytes.")
    try:
        read = parse_release(file_text(data))
    except NotADocument as error:
        said = f"{error.part}: {error.sentence}" if is_docx else str(error)
        raise Refused(f"{file} is not a release: {said.removeprefix('file: ')}") from error
    return replace(read, places={}) if is_docx else read
