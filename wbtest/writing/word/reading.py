"""Blocks of a Word file as lines of Markdown, for the reader in ``markdown`` to place. Pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from wbtest.writing.limits import fault_of
from wbtest.writing.markdown import front_matter
from wbtest.writing.markdown.headings import titled
from wbtest.writing.markdown.lines import Line, spell_line
from wbtest.writing.markdown.spellings import FAQ, PART_OF, key_of
from wbtest.writing.word import ours, styles
from wbtest.writing.word.body import Block, Run

_QUESTION_ENDS = ("?", "？", "؟")
# Bold words that are longer are a paragraph that somebody wanted to be loud.
_LONGEST_HEADING = 120


def as_markdown(blocks: Sequence[Block], language: str = "") -> str:
    """Return the text as Markdown: facts at the top as front matter, the rest in its order.

    ``language`` is what the file says of itself, for a text that begins with facts and names none.
    """
    facts, rest = _front_matter(blocks)
    is_said = not facts or any(front_matter.PATH_OF[key] == "language" for key, _ in facts)
    if not (is_said or fault_of("language", language)):
        facts.append(("language", language))
    # Our own files begin with their form, and every one of their paragraphs is text as it stands.
    is_ours = bool(blocks) and blocks[0].style == styles.FACT.casefold()
    if is_ours:
        place, rest = ours.dateline_of(rest)
        facts += place
    lines = _Lines(is_ours)
    written = [text for text in lines.of(rest) if text]
    front = (
        ["\n".join(["---", *(front_matter.written(*fact) for fact in facts), "---"])]
        if facts
        else []
    )
    return "\n\n".join([*front, *written]) + "\n"


def _front_matter(blocks: Sequence[Block]) -> tuple[list[tuple[str, str]], list[Block]]:
    """What the first lines say of the release, such as "Product: Larder", and all the others."""
    facts: dict[str, tuple[str, str]] = {}
    for number, block in enumerate(blocks):
        label, colon, value = block.text.partition(":")
        path = front_matter.PATH_OF.get(key_of(label), "")
        is_fact = colon and path and path not in facts and not block.level and "\n" not in value
        if is_fact and block.style not in ("title", "subtitle"):
            facts[path] = (
                key_of(label),
                value.removeprefix(" ") if _is_ours(block) else value.strip(),
            )
        elif block.text.strip():
            return list(facts.values()), list(blocks[number:])
    return list(facts.values()), []


def _is_ours(block: Block) -> bool:
    return block.style in ours.STYLES


class _Lines:
    """Turns blocks into lines, knowing what it has passed."""

    def __init__(self, is_ours: bool) -> None:
        self._is_ours = is_ours
        self._part = ""
        self._is_begun = False

    def of(self, blocks: Sequence[Block]) -> Iterator[str]:
        for is_own, group in groupby(blocks, self._is_own):
            if is_own:
                yield from ours.written(list(group), self._part)
                self._is_begun = True
                continue
            for block in group:
                yield from self._heading(block) if _is_heading(block) else self._paragraph(block)

    def _is_own(self, block: Block) -> bool:
        """Whether the block's text is the release's, letter by letter."""
        return _is_ours(block) or (self._is_ours and ours.is_headline(block))

    def _heading(self, block: Block) -> Iterator[str]:
        text = " ".join(block.text.split())
        level = 1 if block.style == "title" else min(block.level, 6)
        if self._is_ours and level == 2:
            yield ours.question(block.text)
            return
        # The title has the first level for itself.
        level += self._is_ours and level == 1
        if not text:
            return
        if block.style == "subtitle":
            yield f"*{text}*"
            return
        yield self._begin(text, level)

    def _begin(self, text: str, level: int) -> str:
        """A heading; the part that it begins is the one we are in from here on."""
        heading = titled(Line(1, text), level)
        is_question = self._part in FAQ and (heading.is_question or level > 2)
        if heading.part or not is_question:
            self._part = heading.part
        self._is_begun = True
        return f"{'#' * level} {text}"

    def _paragraph(self, block: Block) -> Iterator[str]:
        lines = [_trimmed(line) for line in _lines(block.runs)]
        filled = [line for line in lines if line]
        # Items of a list stand below each other; the reader drops no empty line in a text.
        yield "\n".join(self._line(line, block.item) for line in filled)
        self._is_begun = self._is_begun or bool(filled)

    def _line(self, line: list[Run], item: str) -> str:
        text = "".join(run.text for run in line)
        lead = "".join(run.text for run in line[: _bold_runs(line)]).strip()
        rest = text[len(text) - len(text.lstrip()) + len(lead) :].strip(" \t:：")
        is_question = self._part in FAQ and text.endswith(_QUESTION_ENDS)
        if lead == text and len(text) <= _LONGEST_HEADING:
            is_part = bool(titled(Line(1, lead), 2).part)
            if is_part or not self._is_begun:
                return self._begin(lead, 2 if is_part else 1)
        if is_question and (lead == text or item):
            return f"### {_plain(text)}"
        if (
            lead
            and rest
            and PART_OF.get(key_of(lead))
            and ":" in text[len(lead) - 1 : len(lead) + 1]
        ):
            return self._begin(f"{lead.rstrip(' :')}: {rest}", 2)
        if lead and self._part in FAQ and lead.endswith(_QUESTION_ENDS):
            return f"### {_plain(lead)}\n\n{_plain(rest)}"
        return f"{item}{_plain(text)}"


def _is_heading(block: Block) -> bool:
    return block.style in ("title", "subtitle") or bool(block.level and not block.item)


def _plain(text: str) -> str:
    """The text, with backslashes only where it holds some itself."""
    return spell_line(text, lambda _raw: True)


def _lines(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs, cut where the line was broken."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        first, *others = run.text.replace("\t", " ").split("\n")
        lines[-1].append(Run(first, run.is_bold))
        lines += [[Run(text, run.is_bold)] for text in others]
    return lines


def _trimmed(line: list[Run]) -> list[Run]:
    """The line without empty runs, and without spaces at its ends."""
    filled = [run for run in line if run.text]
    while filled and not filled[0].text.strip():
        del filled[0]
    while filled and not filled[-1].text.strip():
        del filled[-1]
    if filled:
        filled[0] = filled[0]._replace(text=filled[0].text.lstrip())
        filled[-1] = filled[-1]._replace(text=filled[-1].text.rstrip())
    return filled


def _bold_runs(line: list[Run]) -> int:
    """How many runs at the start are bold; a space may be either."""
    return next(
        (i for i, run in enumerate(line) if not run.is_bold and run.text.strip()), len(line)
    )
