"""Whether bytes are a Word file that is safe to read, checked before any of it is parsed. Pure."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from wbtest.writing.document import NotADocument

# In bytes. A release of three pages has 20,000; most of a larger file is pictures.
LARGEST_FILE = 1_500_000
LARGEST_UNPACKED = 10_000_000
LARGEST_MEMBER = 3_000_000
MOST_MEMBERS = 1_000
# Of all parts together. A release of three pages has 25,000, most of them in its styles.
MOST_TAGS = 60_000
# What a field is made of is no text, and mammoth looks through all open ones at each word.
_FIELD = re.compile(rb"fldChar|instrText")
# mammoth leaves out what is in these, and reads what is in a smart tag.
_WRAPPER = re.compile(rb"(</?w:)(?:fldSimple|dir|bdo)\b")
_ZIP = b"PK\x03\x04"
# What Word wrote before 2007, and what it wraps around a file that has a password.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))


def is_word(data: bytes) -> bool:
    """Whether the bytes begin as a file of Word does, of whatever age; text never does."""
    return data.startswith((_ZIP, _OLE))


def checked(data: bytes) -> io.BytesIO:
    """Return the file with only its text, ready to be read. Raises NotADocument with what to do.

    Reading a broken one may break here or later: hence ``damage_said``.
    """
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
        texts = _texts(package)
    if sum(text.count(b"<") for text in texts.values()) > MOST_TAGS:
        raise _refusal("This is too long for a release: take out what is not in it.")
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as package:
        for name, text in texts.items():
            package.writestr(name, _WRAPPER.sub(rb"\1smartTag", _FIELD.sub(b"field", text)))
    return found


@contextmanager
def damage_said() -> Iterator[None]:
    """Say of whatever goes wrong inside that the file is damaged, with NotADocument.

    A broken file breaks zip, XML or mammoth at any step, each with errors of its own.
    """
    try:
        yield
    except NotADocument:
        raise
    except Exception as error:
        raise _refusal(
            "This Word file is damaged. Open it in Word, save it again, and import that file."
        ) from error


def _texts(package: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the parts that are XML, by name.

    Raises NotADocument for what is no Word file, or would be too much when it is unpacked.
    """
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
    size = sum(member.file_size for member in members)
    texts = (member for member in members if not member.filename.startswith("word/media/"))
    largest = max(member.file_size for member in texts)
    if size > LARGEST_UNPACKED or largest > LARGEST_MEMBER or len(members) > MOST_MEMBERS:
        raise _refusal(
            "This Word file is too large when it is unpacked. Copy its text into a new one."
        )
    if any(member.compress_type not in _METHODS for member in members):
        raise _refusal("This Word file is packed in an unusual way. Save it again in Word.")
    found = {
        member.filename: package.read(member)
        for member in members
        if member.filename.endswith((".xml", ".rels"))
    }
    for text in found.values():
        # Word writes no document type; one that declares entities can grow without end.
        if any(doctype in text for doctype in _DOCTYPES):
            raise _refusal("This Word file holds definitions that no Word file needs.")
        # UTF-16, where a word of markup is not the bytes that are looked for here.
        if b"\0" in text:
            raise _refusal("This Word file is written in an unusual way. Save it again in Word.")
    return found


def _refusal(sentence: str) -> NotADocument:
    return NotADocument("file", sentence)
