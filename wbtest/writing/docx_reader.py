"""From a Word file to lines of Markdown, for ``markdown_reader`` to place. Pure.

The file is checked before any of it is parsed. mammoth turns it into HTML: headings, paragraphs,
lists, tables and bold words. Of tracked changes only what stays is read. Pictures, comments,
footnotes and a table of contents are left out.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any, NamedTuple

from wbtest.writing import markdown_lines
from wbtest.writing.document import NotADocument
from wbtest.writing.markdown_lines import FAQ, PART_OF, SourceLine, spell_line, title_key
from wbtest.writing.markdown_structure import titled_heading

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


def checked_package(data: bytes) -> io.BytesIO:
    """Return the file with only its text, ready to be read. Raises NotADocument with what to do.

    Reading a broken one may break here or later: hence ``damage_reported``.
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
def damage_reported() -> Iterator[None]:
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


_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p.subtitle:fresh
p[style-name='TOC Heading'] => !
p[style-name^='toc '] => !
"""
_STYLE_SHEET = "word/styles.xml"
_HEADING = re.compile("heading ([1-6])", re.IGNORECASE)
# What may stand in a style map as it is.
_STYLE_ID = re.compile("[A-Za-z][A-Za-z0-9_-]*")
# A style may be based on another; more steps than this are a circle.
_DEEPEST = 10
# What mammoth calls the notes and the signs that lead to them.
_NOTES = ("footnote-", "endnote-")
_BLOCKS = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6")
# Around bold words; XML holds neither.
_BOLD, _END = "\x01", "\x02"
_BOLD_LEAD = re.compile(f"{_BOLD}([^{_END}]*){_END}")
_MARKS = re.compile(f"[{_BOLD}{_END}]")
_NOTHING_BETWEEN = re.compile(f"{_END}([ \t]*){_BOLD}")
_QUESTION_ENDS = ("?", "？", "؟")
# Bold words that are longer are a paragraph that somebody wanted to be loud.
_LONGEST_HEADING = 120


class HtmlBlock(NamedTuple):
    """A paragraph by its tag in HTML, or a row of a table; ``item`` begins one of a list.

    Bold words are between marks.
    """

    text: str
    tag: str = "p"
    item: str = ""

    @property
    def plain(self) -> str:
        return _MARKS.sub("", self.text)


def docx_to_markdown(data: bytes) -> str:
    """Return the file's text as Markdown. Raises NotADocument with a sentence when it has none."""
    # Only the first import needs it.
    import mammoth

    with damage_reported():
        file = checked_package(data)
        html = mammoth.convert_to_html(
            file,
            style_map=_STYLES + "\n".join(_headings(file)),
            include_embedded_style_map=False,
            external_file_access=False,
            convert_image=lambda _image: [],
        ).value
        blocks = _Blocks()
        blocks.feed(html)
        blocks.close()
        return _as_markdown(blocks.found)


def _headings(file: io.BytesIO) -> Iterator[str]:
    """The styles that are based on a heading: mammoth asks for the name alone."""
    from docx.oxml import parse_xml

    with zipfile.ZipFile(file) as package:
        if _STYLE_SHEET not in package.namelist():
            return
        sheet: Any = parse_xml(package.read(_STYLE_SHEET))
    styles = {style.styleId: style for style in sheet.style_lst}
    for own in filter(_STYLE_ID.fullmatch, styles):
        base: str | None = own
        for _ in range(_DEEPEST):
            if base not in styles:
                break
            if level := _HEADING.fullmatch(styles[base].name_val or ""):
                yield f"p.{own} => h{level[1]}:fresh"
                break
            base = styles[base].basedOn_val


class _Blocks(HTMLParser):
    """Cuts HTML into blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[HtmlBlock] = []
        self._pieces: list[str] = []
        self._tag, self._item = "p", ""
        self._is_bold = False
        # How many items each open list has so far; None where they have no numbers.
        self._lists: list[int | None] = []
        # Where the cells of each open row begin among the blocks.
        self._rows: list[list[int]] = []
        self._open_in_note = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._open_in_note or (given.get("id") or "").startswith(_NOTES):
            self._open_in_note += 1
        elif tag == "strong":
            self._is_bold = True
            self._pieces.append(_BOLD)
        elif tag == "br":
            self._pieces.append(f"{_END}\n{_BOLD}" if self._is_bold else "\n")
        elif tag in ("ul", "ol"):
            self._end_block()
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append(len(self.found))
        elif tag in _BLOCKS:
            self._end_block()
            self._tag = given.get("class") or tag
            self._item = self._next_item() if tag == "li" else ""

    def handle_endtag(self, tag: str) -> None:
        if self._open_in_note:
            self._open_in_note -= 1
        elif tag == "strong":
            self._is_bold = False
            self._pieces.append(_END)
        elif tag in ("ul", "ol"):
            self._lists.pop()
        elif tag == "tr":
            self._end_row(self._rows.pop())
        elif tag in _BLOCKS:
            self._end_block()

    def handle_data(self, data: str) -> None:
        if not self._open_in_note:
            self._pieces.append(data)

    def _next_item(self) -> str:
        indent, number = "  " * (len(self._lists) - 1), self._lists[-1]
        if number is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number + 1}. "

    def _end_block(self) -> None:
        text = _NOTHING_BETWEEN.sub(r"\1", "".join(self._pieces))
        if _MARKS.sub("", text).strip():
            self.found.append(HtmlBlock(text, self._tag, self._item))
        self._pieces, self._tag, self._item = [], "p", ""

    def _end_row(self, cells: list[int]) -> None:
        """Make a row one line; a row of one cell is text like any other."""
        if len(cells) < 2:
            return
        ends = [*cells[1:], len(self.found)]
        texts = [
            " ".join(" ".join(block.plain for block in self.found[start:end]).split())
            for start, end in zip(cells, ends, strict=True)
        ]
        del self.found[cells[0] :]
        if any(texts):
            self.found.append(HtmlBlock(" | ".join(texts)))


def _as_markdown(blocks: Sequence[HtmlBlock]) -> str:
    """Return the text as Markdown: facts at the top as front matter, the rest in its order."""
    facts, rest = _front_matter(blocks)
    front = (
        ["---", *(markdown_lines.front_matter_line(*fact) for fact in facts), "---"]
        if facts
        else []
    )
    return "\n\n".join(["\n".join(front), *_Lines().of(rest)]).lstrip("\n") + "\n"


def _front_matter(blocks: Sequence[HtmlBlock]) -> tuple[list[tuple[str, str]], Sequence[HtmlBlock]]:
    """What the first lines say of the release, such as "Product: Larder", and all the others."""
    facts: dict[str, tuple[str, str]] = {}
    for number, block in enumerate(blocks):
        label, colon, value = block.plain.partition(":")
        path = markdown_lines.FRONT_MATTER_PATHS.get(title_key(label))
        if block.tag != "p" or "\n" in block.plain or not colon or not path or path in facts:
            return list(facts.values()), blocks[number:]
        facts[path] = title_key(label), value.strip()
    return list(facts.values()), ()


class _Lines:
    """Turns blocks into lines, knowing what it has passed."""

    def __init__(self) -> None:
        self._part = ""
        self._is_begun = False

    def of(self, blocks: Sequence[HtmlBlock]) -> Iterator[str]:
        for block in blocks:
            if block.tag == "subtitle":
                yield f"*{' '.join(block.plain.split())}*"
            elif block.tag.startswith("h"):
                yield self._heading(block.plain, int(block.tag[1]))
            else:
                lines = [line.strip(" \t") for line in block.text.split("\n")]
                filled = [line for line in lines if _MARKS.sub("", line).strip()]
                yield "\n".join(self._line(line, block.item) for line in filled)
                self._is_begun = True

    def _heading(self, words: str, level: int) -> str:
        """A heading; the part that it begins is the one we are in from here on."""
        text = " ".join(words.split())
        heading = titled_heading(SourceLine(1, text), level)
        is_question = self._part in FAQ and (heading.is_question or level > 2)
        if heading.part or not is_question:
            self._part = heading.part
        self._is_begun = True
        return f"{'#' * level} {text}"

    def _line(self, marked: str, item: str) -> str:
        """A line; bold words that begin it may be a heading or a question."""
        bold = _BOLD_LEAD.match(marked)
        text = _MARKS.sub("", marked).strip()
        lead = bold[1].strip() if bold else ""
        rest = text.removeprefix(lead).strip(" \t:：")
        is_in_faq = self._part in FAQ
        if lead == text and len(text) <= _LONGEST_HEADING:
            is_part = bool(titled_heading(SourceLine(1, lead), 2).part)
            if is_part or not self._is_begun:
                return self._heading(lead, 2 if is_part else 1)
        if is_in_faq and text.endswith(_QUESTION_ENDS) and (lead == text or item):
            return f"### {_plain(text)}"
        if (
            rest
            and lead
            and ":" in text[len(lead) - 1 : len(lead) + 1]
            and title_key(lead) in PART_OF
        ):
            return self._heading(f"{lead.rstrip(' :')}: {rest}", 2)
        if is_in_faq and lead.endswith(_QUESTION_ENDS):
            return f"### {_plain(lead)}\n\n{_plain(rest)}"
        return f"{item}{_plain(text)}"


def _plain(text: str) -> str:
    """The text, with backslashes only where it holds some itself."""
    return spell_line(text, lambda _raw: True)
