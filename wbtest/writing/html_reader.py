"""From HTML, as an editor copies it or a Word file becomes it, to lines of Markdown. Pure.

Only text and its structure are read: headings, paragraphs, lists, tables and bold words. Nothing
of the HTML itself is kept, so none of it can become markup again.
"""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import NamedTuple

from wbtest.writing.document import NotADocument
from wbtest.writing.markdown_format import titled_heading
from wbtest.writing.markdown_lines import (
    FAQ,
    FRONT_MATTER_PATHS,
    PART_OF,
    SourceLine,
    front_matter_line,
    spell_line,
    title_key,
)

# A release of three pages has 25,000 in a Word file, most of them in its styles.
MOST_TAGS = 60_000
# What mammoth calls the notes and the signs that lead to them.
_NOTES = ("footnote-", "endnote-")
_BLOCKS = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6")
# What else begins and ends a block.
_LAYOUT = (
    *("ul", "ol", "tr", "td", "th", "div", "blockquote", "pre", "section", "article", "main"),
    *("header", "footer", "dt", "dd"),
)
# What is inside is no text of the page.
_SKIPPED = ("script", "style", "title", "template", "noscript", "svg", "math", "object")
_INLINE = ("b", "strong", "span")
_WEIGHT = re.compile(r"font-weight:\s*(bold|normal|\d+)", re.IGNORECASE)
_BOLD_FROM = 600
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
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


def html_to_markdown(html: str) -> str:
    """Return the text of a page, or a part of one, as Markdown. Raises NotADocument: too long."""
    if html.count("<") > MOST_TAGS:
        raise NotADocument("file", "This is too long for a release. Paste less of it.")
    return blocks_to_markdown(blocks_in(html, is_page=True))


def blocks_in(html: str, *, is_page: bool = False) -> list[HtmlBlock]:
    """Cut HTML into blocks. On a page, unlike in mammoth's HTML, white space is layout."""
    blocks = _Blocks(is_page)
    blocks.feed(html)
    blocks.close()
    blocks.end_block()
    return blocks.found


class _Blocks(HTMLParser):
    """Cuts HTML into blocks, whatever is left open or closed twice."""

    def __init__(self, is_page: bool) -> None:
        super().__init__()
        self.found: list[HtmlBlock] = []
        self._is_page = is_page
        self._pieces: list[str] = []
        self._tag, self._item = "p", ""
        # Whether the words are bold, for each open element that says so.
        self._weights: list[bool] = []
        # How many items each open list has so far; None where they have no numbers.
        self._lists: list[int | None] = []
        # Where the cells of each open row begin among the blocks.
        self._rows: list[list[int]] = []
        self._open_in_note = 0
        self._open_skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._is_page and tag in _SKIPPED:
            self._open_skipped += 1
        elif self._open_in_note or (
            not self._is_page and (given.get("id") or "").startswith(_NOTES)
        ):
            self._open_in_note += 1
        elif tag in _INLINE:
            self._begin_weight(tag, given.get("style") or "")
        elif tag == "br":
            self._pieces.append(f"{_END}\n{_BOLD}" if self._is_bold else "\n")
        elif tag in _LAYOUT or tag in _BLOCKS:
            self.end_block()
            self._begin(tag)
            if tag in _BLOCKS:
                self._tag = (not self._is_page and given.get("class")) or tag

    def _begin(self, tag: str) -> None:
        """Open a list, an item of it, a row or a cell; any other element opens nothing."""
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._item = self._next_item()
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th") and (self._rows or not self._is_page):
            self._rows[-1].append(len(self.found))

    def handle_endtag(self, tag: str) -> None:
        if self._is_page and tag in _SKIPPED:
            self._open_skipped = max(0, self._open_skipped - 1)
        elif self._open_in_note:
            self._open_in_note -= 1
        elif tag in _INLINE:
            self._end_weight()
        elif tag in _LAYOUT or tag in _BLOCKS:
            self.end_block()
            if tag in ("ul", "ol"):
                del self._lists[-1:]
            elif tag == "li":
                self._item = ""
            elif tag == "tr" and self._rows:
                self._end_row(self._rows.pop())

    def handle_data(self, data: str) -> None:
        if self._open_in_note or self._open_skipped:
            return
        self._pieces.append(_SPACE.sub(" ", data) if self._is_page else data)

    @property
    def _is_bold(self) -> bool:
        return bool(self._weights) and self._weights[-1]

    def _begin_weight(self, tag: str, style: str) -> None:
        """Editors say it in a style: Google Docs wraps all it copies in a <b> of normal weight."""
        was_bold, said = self._is_bold, _WEIGHT.search(style)
        weight = said[1].lower() if said else ""
        if weight.isdigit():
            is_bold = int(weight) >= _BOLD_FROM
        else:
            is_bold = weight == "bold" or (not weight and (tag != "span" or was_bold))
        self._weights.append(is_bold)
        if is_bold != was_bold:
            self._pieces.append(_BOLD if is_bold else _END)

    def _end_weight(self) -> None:
        was_bold = self._is_bold
        del self._weights[-1:]
        if self._is_bold != was_bold:
            self._pieces.append(_END if was_bold else _BOLD)

    def _next_item(self) -> str:
        if not self._lists:
            return "- "
        indent, number = "  " * (len(self._lists) - 1), self._lists[-1]
        if number is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number + 1}. "

    def end_block(self) -> None:
        """Keep the text since the last block, if there is any."""
        ends = _END if self._is_bold else ""
        text = _NOTHING_BETWEEN.sub(r"\1", "".join(self._pieces) + ends)
        if _MARKS.sub("", text).strip():
            tag = "li" if self._item and self._tag == "p" else self._tag
            self.found.append(HtmlBlock(text, tag, self._item))
            self._item = ""
        self._pieces, self._tag = [_BOLD] if self._is_bold else [], "p"

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


def blocks_to_markdown(blocks: Sequence[HtmlBlock]) -> str:
    """Return the text as Markdown: facts at the top as front matter, the rest in its order."""
    facts, rest = _front_matter(blocks)
    front = ["---", *(front_matter_line(*fact) for fact in facts), "---"] if facts else []
    return "\n\n".join(["\n".join(front), *_Lines().of(rest)]).lstrip("\n") + "\n"


def _front_matter(blocks: Sequence[HtmlBlock]) -> tuple[list[tuple[str, str]], Sequence[HtmlBlock]]:
    """What the first lines say of the release, such as "Product: Larder", and all the others."""
    facts: dict[str, tuple[str, str]] = {}
    for number, block in enumerate(blocks):
        label, colon, value = block.plain.partition(":")
        path = FRONT_MATTER_PATHS.get(title_key(label))
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
