"""Whether bytes are a Word file that is safe to read, checked before any of it is parsed. Pure."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wbtest.writing.document import NotADocument

if TYPE_CHECKING:
    from docx.document import Document as WordFile

# In bytes. A release of three pages has 20,000; most of a larger file is pictures.
LARGEST_FILE = 1_500_000
LARGEST_UNPACKED = 10_000_000
LARGEST_MEMBER = 3_000_000
MOST_MEMBERS = 1_000
# Of all kinds: in tables, in boxes, empty ones.
MOST_PARAGRAPHS = 10_000
_ZIP = b"PK\x03\x04"
# What Word wrote before 2007, and what it wraps around a file that has a password.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))


def is_word(data: bytes) -> bool:
    """Whether the bytes begin as a file of Word does, of whatever age; text never does."""
    return data.startswith((_ZIP, _OLE))


def opened(data: bytes) -> WordFile:
    """Return the file, ready to be read. Raises NotADocument with what to do instead.

    Reading a broken one may break here or later: hence ``damage_said``.
    """
    import docx
    from docx.oxml.ns import qn

    if data.startswith(_OLE):
        raise _refusal(
            "This Word file has a password. Save it without one, and bring it again."
            if _PASSWORD in data
            else "This is a Word file of the old kind (.doc). Open it, and save it as .docx."
        )
    if len(data) > LARGEST_FILE:
        raise _refusal(
            f"This file has {len(data) / 1e6:.1f} MB; {LARGEST_FILE / 1e6:.1f} MB are the most. "
            "Take the pictures out, and bring it again."
        )
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        _check(package)
    file = docx.Document(io.BytesIO(data))
    if sum(1 for _ in file.element.body.iter(qn("w:p"))) > MOST_PARAGRAPHS:
        raise _refusal("This is too long for a release: take out what is not in it.")
    return file


@contextmanager
def damage_said() -> Iterator[None]:
    """Say of whatever goes wrong inside that the file is damaged, with NotADocument.

    A broken file breaks zip, XML or python-docx at any step, each with errors of its own.
    """
    try:
        yield
    except NotADocument:
        raise
    except Exception as error:
        raise _refusal(
            "This Word file is damaged. Open it in Word, save it anew, and bring it again."
        ) from error


def _check(package: zipfile.ZipFile) -> None:
    """Raise NotADocument for what is no Word file, or would be too much when it is unpacked."""
    members = package.infolist()
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names:
        is_open_document = "content.xml" in names and "mimetype" in names
        raise _refusal(
            "This is a file of LibreOffice (.odt). Save it as Word (.docx), and bring it again."
            if is_open_document
            else "This is no Word file. Save the text as .docx or as Markdown."
        )
    if any(member.flag_bits & 1 for member in members):
        raise _refusal("This Word file has a password. Save it without one, and bring it again.")
    texts = [member for member in members if not member.filename.startswith("word/media/")]
    size = sum(member.file_size for member in members)
    largest = max(member.file_size for member in texts)
    if size > LARGEST_UNPACKED or largest > LARGEST_MEMBER or len(members) > MOST_MEMBERS:
        raise _refusal(
            "This Word file is too large when it is unpacked. Copy its text into a new one."
        )
    if any(member.compress_type not in _METHODS for member in members):
        raise _refusal("This Word file is packed in an unusual way. Save it anew in Word.")
    for member in texts:
        # Word writes no document type; one that declares entities can grow without end.
        content = package.read(member)
        if any(doctype in content for doctype in _DOCTYPES):
            raise _refusal("This Word file holds definitions that no Word file needs.")


def _refusal(sentence: str) -> NotADocument:
    return NotADocument("file", sentence)
