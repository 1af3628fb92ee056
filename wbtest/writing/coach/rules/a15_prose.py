"""A15: prose, not a list of features."""

import re
from collections.abc import Callable, Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import Place
from wbtest.writing.coach.reading import Reading, Text

FEWEST_BULLETS = 3
FEWEST_ROWS = 2
_LINE = re.compile(r"[^\n]+")
_BULLET = re.compile(
    r"[ \t]*(?:[-*+•–‣▪▸◦●○■□✓✔✅➤►→][ \t]+\S|[・•●]\S|\(?[\d]{1,2}[.)）][ \t]+\S)"
)
# French and Spanish begin what somebody says with a dash.
_DIALOGUE = re.compile(r"[ \t]*–")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*\n?", re.MULTILINE)
_INLINE = re.compile(r"(?<![\w`])`[^`\n]{1,200}`(?![\w`])")
_INDENTED = re.compile(r"(?: {4}|\t)\s{0,20}\S")
_CODE = re.compile(r"[{};=<>$]|\(\)|//|\w\(|</")
BARS_A_ROW = 2


def check(reading: Reading) -> Iterator[Mark]:
    """Mark each block of three bullets or more, of code, and each table."""
    for text in reading.prose:
        code = (*_fences(text.text), *_runs(text.text, _is_code, 1), *_inline(text.text))
        tables = _runs(text.text, _is_row, FEWEST_ROWS)
        blocks = [
            *((place, "This is code.", "Say what it does for the customer.") for place in code),
            *((place, "This is a table.", "Say the one line that matters.") for place in tables),
            *((place, f"This is a list of {count}.", "") for place, count in _bullets(text)),
        ]
        reach = 0
        for place, message, mend in sorted(blocks, key=lambda block: block[0]):
            if place.start >= reach:
                reach = place.end
                yield text.mark(place.start, place.end, "warn", message, mend)


def _fences(text: str) -> Iterator[Place]:
    """What stands between two fences, or behind one that is not closed."""
    fences = list(_FENCE.finditer(text))
    for opening, closing in zip(fences[::2], [*fences[1::2], None], strict=False):
        end = closing.end() if closing else len(text)
        yield Place(opening.start(), opening.start() + len(text[opening.start() : end].rstrip()))


def _bullets(text: Text) -> Iterator[tuple[Place, int]]:
    def is_bullet(line: str) -> bool:
        return bool(_BULLET.match(line)) and not (
            text.language in ("fr", "es", "pt", "it") and _DIALOGUE.match(line)
        )

    for place in _runs(text.text, is_bullet, FEWEST_BULLETS):
        lines = text.text[place.start : place.end].split("\n")
        yield place, sum(1 for line in lines if line.strip())


def _runs(text: str, is_one: Callable[[str], bool], fewest: int) -> Iterator[Place]:
    """Lines of one kind that follow each other, empty lines between them or not."""
    run: list[re.Match[str]] = []
    for line in _LINE.finditer(text):
        if is_one(line[0]):
            run.append(line)
            continue
        if line[0].strip():
            if len(run) >= fewest:
                yield Place(run[0].start(), run[-1].end())
            run = []
    if len(run) >= fewest:
        yield Place(run[0].start(), run[-1].end())


def _is_row(line: str) -> bool:
    return line.count("|") >= BARS_A_ROW


def _is_code(line: str) -> bool:
    return bool(_INDENTED.match(line)) and bool(_CODE.search(line))


def _inline(text: str) -> Iterator[Place]:
    for found in _INLINE.finditer(text):
        yield Place(found.start(), found.end())


RULE = Rule(
    id="A15",
    title="Prose, not a list",
    severity="warn",
    why="A list hides how one thing leads to the next; sentences show it.",
    source="Bryar & Carr, Working Backwards, ch. 5; Amazon writing tips",
    mend="Tell it in sentences: one person, from the first step to the last.",
    before="- Photo\n- Plan\n- Shopping list",
    after="Amira takes one photo, answers two questions and cooks.",
    check=check,
)
