"""A Word file cut into blocks: paragraphs and rows of tables, with what their style says. Pure.

Of tracked changes only what stays is read: what was inserted or moved here, never what was deleted.
Comments, footnotes, headers and pictures are no part of the text.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from docx.document import Document as WordFile
from docx.oxml.ns import qn

from wbtest.writing.word.looks import Look, Looks, is_on, value_of

# What only wraps the text in it.
_WRAPPERS = (
    "ins",
    "moveTo",
    "hyperlink",
    "smartTag",
    "sdt",
    "sdtContent",
    "fldSimple",
    "customXml",
    "dir",
    "bdo",
)
_LETTERS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "\u2011"}
# A table of contents repeats the headings.
_LEFT_OUT = ("toc heading",)


class Run(NamedTuple):
    """A stretch of a line."""

    text: str
    is_bold: bool = False


class Block(NamedTuple):
    """A paragraph by the name of its style, in small letters; ``level`` is that of a heading.

    ``item`` stands before an item of a list. A row of a table is a block of the style "row".
    """

    style: str
    runs: tuple[Run, ...]
    level: int = 0
    item: str = ""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def blocks_of(file: WordFile) -> list[Block]:
    """Return the text of the file, block by block, in reading order."""
    return list(_Reader(Looks(file)).blocks(file.element.body))


class _Reader:
    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        # The start of a paragraph whose end was deleted: it goes on in the next one.
        self._begun: list[Run] = []

    def blocks(self, parent: Any) -> Iterator[Block]:
        for child in parent:
            name = _name(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                yield from self._rows(child)
            elif name in _WRAPPERS:
                yield from self.blocks(child)

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        properties = paragraph.find(qn("w:pPr"))
        look = self._looks.of(value_of(properties, "pStyle") or "Normal")
        runs = self._begun
        runs += self._runs(paragraph, look)
        self._begun = []
        mark = properties.find(qn("w:rPr")) if properties is not None else None
        if mark is not None and mark.find(qn("w:del")) is not None:
            self._begun = runs
            return
        if not (look.name in _LEFT_OUT or look.name.startswith("toc ")):
            item = self._looks.item(properties, look)
            yield Block(look.name, tuple(runs), _level(properties, look), item)
        for box in paragraph.iter(qn("w:txbxContent")):
            # A box within a box is read with the paragraph that it stands in, and only there.
            is_own = next(box.iterancestors(qn("w:p"))) is paragraph
            if is_own and not any(_name(outer) == "Fallback" for outer in box.iterancestors()):
                yield from self.blocks(box)

    def _runs(self, parent: Any, look: Look) -> Iterator[Run]:
        for child in parent:
            name = _name(child)
            if name == "r":
                text = _text(child)
                if text:
                    yield Run(text, self._is_bold(child, look))
            elif name in _WRAPPERS:
                yield from self._runs(child, look)

    def _is_bold(self, run: Any, look: Look) -> bool:
        properties = run.find(qn("w:rPr"))
        own = is_on(properties, "b")
        if own is not None:
            return own
        return look.is_bold or self._looks.of(value_of(properties, "rStyle")).is_bold

    def _rows(self, table: Any) -> Iterator[Block]:
        """The rows as lines, with cells apart; a row of one cell is text like any other."""
        for row in table.iter(qn("w:tr")):
            is_deleted = row.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None
            if is_deleted or next(row.iterancestors(qn("w:tbl"))) is not table:
                continue
            cells = [list(self.blocks(cell)) for cell in row.findall(qn("w:tc"))]
            if len(cells) == 1:
                yield from cells[0]
                continue
            texts = [" ".join(block.text.strip() for block in cell).strip() for cell in cells]
            if any(texts):
                yield Block("row", (Run(" | ".join(" ".join(text.split()) for text in texts)),))


def _text(run: Any) -> str:
    """What a run shows; text that is hidden is not shown."""
    if is_on(run.find(qn("w:rPr")), "vanish"):
        return ""
    return "".join((child.text or "") if _name(child) == "t" else _letter(child) for child in run)


def _letter(child: Any) -> str:
    name = _name(child)
    if name == "br":
        return "\n" if child.get(qn("w:type")) in (None, "textWrapping") else ""
    return _LETTERS.get(name, "")


def _level(properties: Any, look: Look) -> int:
    outline = value_of(properties, "outlineLvl")
    return int(outline) + 1 if outline.isdigit() and int(outline) < 9 else look.level


def _name(element: Any) -> str:
    """The name without its namespace; comments and instructions have none."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""
