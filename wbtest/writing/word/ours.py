"""Blocks of a Word file that we wrote, spelled so that every letter comes back. Pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from wbtest.writing.document import Document, Question, Quote
from wbtest.writing.evidence import KINDS, Evidence
from wbtest.writing.markdown import blocks as spelled
from wbtest.writing.markdown.days import as_day
from wbtest.writing.markdown.headings import heading_of, unwrapped
from wbtest.writing.markdown.lines import Line, find_spelling, plain, spell
from wbtest.writing.markdown.marks import FIELD_OF, QUESTION_FIELD_OF, field_of
from wbtest.writing.markdown.spellings import FAQ, key_of
from wbtest.writing.parts import PARTS
from wbtest.writing.word import styles
from wbtest.writing.word.body import Block

FACT, TEXT, QUOTE, SIGNED, DATED, END = (
    name.casefold()
    for name in (styles.FACT, styles.TEXT, styles.QUOTE, styles.SIGNED, styles.DATED, styles.END)
)
STYLES = (FACT, TEXT, QUOTE, SIGNED, DATED, END)
_FIELDS = FIELD_OF | QUESTION_FIELD_OF
_LABELS = {part.name: part.label for part in PARTS["full"]}


def is_headline(block: Block) -> bool:
    """Whether this is the title or the subtitle of one of our files."""
    return block.style in ("title", "subtitle")


def dateline_of(blocks: Sequence[Block]) -> tuple[list[tuple[str, str]], list[Block]]:
    """City and day as entries of the front matter, and the other blocks."""
    found = [block for block in blocks if block.style == DATED][:1]
    place: list[tuple[str, str]] = []
    for block in found:
        city = "".join(run.text for run in block.runs if run.is_bold)
        day = as_day(block.text.removeprefix(city).removeprefix(", ").strip())
        place = [("city", city), ("date", day)]
    return [entry for entry in place if entry[1]], [block for block in blocks if block not in found]


def written(blocks: Sequence[Block], part: str) -> list[str]:
    """The blocks as Markdown; ``part`` is the one in whose section they stand."""
    found: list[str] = []
    for style, group in groupby(blocks, lambda block: block.style):
        same = list(group)
        if style == FACT:
            found.append(
                "\n".join(
                    _number(block) if part == "numbers" else _fact(block.text) for block in same
                )
            )
        elif style == QUOTE:
            found += spelled.quotation(Quote(_text(same)))
        elif style == SIGNED:
            found += [text for block in same for text in spelled.quotation(_signed(block))]
        elif style in ("title", "subtitle"):
            found += [text for block in same for text in _headline(block)]
        elif style != END:
            found += _prose(part, _text(same))
    return found


def question(text: str) -> str:
    """The heading of a question."""
    return next(spelled.question(Question("external", text)))


def _prose(part: str, text: str) -> Iterator[str]:
    """A text as it stands; what would be read as something else has a backslash."""
    if part == "summary":
        yield from spelled.summary(Document(summary=text))
    elif part == "call_to_action":
        for line in text.split("\n"):
            yield from spelled.sentence(part, line)
    else:
        yield from spelled.prose(FAQ[0], text)


def _text(blocks: Sequence[Block]) -> str:
    return "\n\n".join(block.text for block in blocks)


def _headline(block: Block) -> list[str]:
    part = "headline" if block.style == "title" else "subheading"
    title = (
        find_spelling(block.text, lambda raw: _is_read(raw, block.text))
        if part == "headline"
        else None
    )
    return [f"# {title}"] if title else [f"## {_LABELS[part]}", *spelled.sentence(part, block.text)]


def _is_read(raw: str, text: str) -> bool:
    heading = heading_of(Line(1, f"# {raw}"))
    return heading is not None and not heading.part and plain(unwrapped(heading.title)) == text


def _signed(block: Block) -> Quote:
    """Who says it: the name is bold, and the rest is the role."""
    speaker = "".join(run.text for run in block.runs if run.is_bold)
    text = block.text.removeprefix("—").removesuffix(f" {styles.IMAGINED}").removeprefix(" ")
    after = text.removeprefix(speaker)
    return Quote("", speaker, after.removeprefix(", ") if speaker else after)


def _number(block: Block) -> str:
    """What a number rests on: its words are bold, then come kind and source."""
    words = "".join(run.text for run in block.runs if run.is_bold)
    kind, _, source = block.text.removeprefix(words).removeprefix(": ").partition(", ")
    if not words or kind not in KINDS:
        return block.text
    return next(spelled.numbers((Evidence(words, kind, source),)))


def _fact(text: str) -> str:
    """A line such as "- Price: free", or the text itself when its label was changed."""
    label, _, value = text.partition(":")
    value = value.removeprefix(" ")
    if not value or key_of(label) not in _FIELDS:
        return f"- {label}:" if key_of(label) in _FIELDS else text

    def is_read(raw: str) -> bool:
        field = field_of(Line(1, f"- {label}: {raw}"), _FIELDS)
        return field is not None and plain(field[1]) == value

    return f"- {label}: {spell(value, is_read)}"
