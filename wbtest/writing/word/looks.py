"""What the style of a paragraph says: a heading, bold, an item of a list. Pure."""

from collections import Counter
from typing import Any, NamedTuple

from docx.document import Document as WordFile
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

_OFF = ("0", "false", "off", "none")
# A style may be based on another; more steps than this are a circle.
_DEEPEST = 10
_VAL = qn("w:val")


class Look(NamedTuple):
    """A style by its name, which is English in every language of Word; level 0 is no heading."""

    name: str = ""
    level: int = 0
    is_bold: bool = False
    numbering: Any = None


class Looks:
    """The styles and lists of one file."""

    def __init__(self, file: WordFile) -> None:
        styles = file.styles.element.findall(qn("w:style"))
        self._styles = {style.get(qn("w:styleId")): style for style in styles}
        self._formats = _formats_of(file)
        self._counts: Counter[tuple[str, int]] = Counter()
        self._known: dict[str, Look] = {}

    def of(self, style_id: str) -> Look:
        """The look of a style, with what it takes from the styles it is based on."""
        if style_id not in self._known:
            self._known[style_id] = self._look(style_id)
        return self._known[style_id]

    def item(self, properties: Any, look: Look) -> str:
        """What stands before an item of a list, such as "- " or "2. "; '' when it is none."""
        own = properties.find(qn("w:numPr")) if properties is not None else None
        numbering = own if own is not None else look.numbering
        number, level = (value_of(numbering, name) for name in ("numId", "ilvl"))
        if not number or number == "0":
            return ""
        depth = min(int(level), 8) if level.isdigit() else 0
        if self._formats.get(number, {}).get(str(depth), "") in ("bullet", "none", ""):
            return f"{'  ' * depth}- "
        self._counts[number, depth] += 1
        for deeper in range(depth + 1, 9):
            self._counts.pop((number, deeper), None)
        return f"{'  ' * depth}{self._counts[number, depth]}. "

    def _look(self, style_id: str) -> Look:
        chain: list[Any] = []
        while style_id in self._styles and len(chain) < _DEEPEST:
            chain.append(self._styles[style_id])
            style_id = value_of(chain[-1], "basedOn")
        if not chain:
            return Look()
        names = [value_of(style, "name").casefold() for style in chain]
        levels = [
            level
            for style, name in zip(chain, names, strict=True)
            if (level := _level(style, name))
        ]
        bold = [
            found for style in chain if (found := is_on(style.find(qn("w:rPr")), "b")) is not None
        ]
        numbering = [
            found
            for style in chain
            if (found := style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")) is not None
        ]
        return Look(
            names[0],
            levels[0] if levels else 0,
            bool(bold and bold[0]),
            next(iter(numbering), None),
        )


def value_of(element: Any, name: str) -> str:
    """The value of a child such as <w:name w:val="…"/>, or ''."""
    child = element.find(qn(f"w:{name}")) if element is not None else None
    return (child.get(_VAL) or "") if child is not None else ""


def is_on(properties: Any, name: str) -> bool | None:
    """Whether a property is switched on or off; None when nothing is said of it."""
    child = properties.find(qn(f"w:{name}")) if properties is not None else None
    return None if child is None else child.get(_VAL) not in _OFF


def _level(style: Any, name: str) -> int:
    kind, _, digit = name.partition(" ")
    if kind == "heading" and digit.isdigit():
        return int(digit)
    outline = value_of(style.find(qn("w:pPr")), "outlineLvl")
    # Nine is what Word calls body text.
    return int(outline) + 1 if outline.isdigit() and int(outline) < 9 else 0


def _formats_of(file: WordFile) -> dict[str, dict[str, str]]:
    """How the items of each list are counted at each level, in Word's words."""
    try:
        root: Any = file.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)
        numbering = root.element
    except (KeyError, AttributeError):
        return {}
    kinds = {
        kind.get(qn("w:abstractNumId")): {
            level.get(qn("w:ilvl")): value_of(level, "numFmt")
            for level in kind.findall(qn("w:lvl"))
        }
        for kind in numbering.findall(qn("w:abstractNum"))
    }
    return {
        entry.get(qn("w:numId")): kinds.get(value_of(entry, "abstractNumId"), {})
        for entry in numbering.findall(qn("w:num"))
    }
