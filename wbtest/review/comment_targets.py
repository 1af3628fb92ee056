"""What a comment can point at: the texts of a release, and words in them. Pure.

A path names a text as the coach's findings do: ``problem``, ``customer_quote.text``,
``faq[2].answer``; ``release`` is the whole of it.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from wbtest.store import Invalid
from wbtest.writing import document as documents
from wbtest.writing.coach.document_reader import RELEASE_TEXTS, text_at
from wbtest.writing.document import AUDIENCES, PARTS, Document, NotADocument
from wbtest.writing.text_rules import (
    LONGEST_LINE,
    LONGEST_TEXT,
    find_fault,
    on_one_line,
    with_plain_breaks,
)

WHOLE = "release"
_NUMBER = re.compile(r"\[\d+\]")
_ROW = re.compile(r"faq\[(\d+)\]\.(question|answer)")
_NAMES = {part.name: part.label for part in PARTS["full"]} | {WHOLE: "The whole release"}
_PLAIN = str.maketrans("’‘‚“”„", "'''\"\"\"")
# The words on the button stand on the test page only.
_PRINTED = tuple((path, part) for path, part in RELEASE_TEXTS if not path.endswith(".label"))
_MORE = {"speaker": "who says it", "role": "who that is", "price": "the price"}


class Range(NamedTuple):
    """Characters ``start`` to ``end`` of a text."""

    start: int
    end: int


class Hit(NamedTuple):
    """Where words stand: in which text, and which of its characters."""

    path: str
    place: Range


def texts_of(document: Document) -> dict[str, str]:
    """Every text that is printed, by its path, in the order in which they are; empty ones too."""
    paths = [path for path, _ in _PRINTED]
    for audience in AUDIENCES:
        for index, row in enumerate(document.faq):
            if row.audience == audience:
                paths += [f"faq[{index}].question", f"faq[{index}].answer"]
    return {path: text_at(document, path) for path in paths}


def is_part(document: Document, path: str) -> bool:
    """Whether one may speak of a text at ``path``; an entry of the FAQ without words is none.

    >>> is_part(Document(), "problem"), is_part(Document(), "faq[0].answer")
    (True, False)
    """
    row = _ROW.fullmatch(path)
    texts = texts_of(document)
    if row is None or path not in texts:
        return path in (WHOLE, *texts)
    entry = document.faq[int(row[1])]
    return bool(entry.question.strip() or entry.answer.strip())


def part_of(document: Document, path: str) -> str:
    """The name of the part to which the text at ``path`` belongs.

    >>> part_of(Document(), "customer_quote.role")
    'customer_quote'
    """
    row = _ROW.fullmatch(path)
    return document.faq[int(row[1])].audience if row else path.partition(".")[0]


def name_of_part(name: str) -> str:
    """What the pages call a part: “Problem”, “Customer questions”, “The whole release”."""
    return _NAMES[name]


def label_of(document: Document, path: str) -> str:
    """What the pages call the text at ``path``.

    >>> label_of(Document(), "customer_quote.role")
    'Customer quote, who that is'
    """
    if row := _ROW.fullmatch(path):
        asked = document.faq[int(row[1])].question.strip() or "A question without words"
        return f"{asked} (the question)" if row[2] == "question" else asked
    part, _, more = path.partition(".")
    return f"{_NAMES[part]}, {_MORE[more]}" if more in _MORE else _NAMES[part]


def choices_of(document: Document) -> list[tuple[str, list[tuple[str, str]]]]:
    """The filled texts to choose from, as (path, label), under the heading they belong to.

    >>> choices_of(Document(headline="Five dinners"))
    [('The release', [('release', 'The whole release'), ('headline', 'Headline')])]
    """
    groups: dict[str, list[tuple[str, str]]] = {"The release": [(WHOLE, _NAMES[WHOLE])]}
    for path, text in texts_of(document).items():
        part = part_of(document, path)
        if text.strip():
            group = _NAMES[part] if part in AUDIENCES else "The release"
            groups.setdefault(group, []).append((path, label_of(document, path)))
    return list(groups.items())


def find_words(document: Document, path: str, words: str, near: int | None = None) -> list[Hit]:
    """Where these words stand in the text at ``path``, or in all texts for the whole release.

    White space, capitals and the kind of quotation mark make no difference. With ``near``, a
    character of the text at ``path``, only the place that begins nearest to it is returned.
    """
    texts = texts_of(document)
    looked_at = texts if path == WHOLE else {path: texts[path]}
    hits = [Hit(at, place) for at, text in looked_at.items() for place in _ranges_of(text, words)]
    if near is None or path == WHOLE:
        return hits
    return sorted(hits, key=lambda hit: abs(hit.place.start - near))[:1]


def is_one_line(path: str) -> bool:
    """Whether the text at ``path`` is one line.

    >>> is_one_line("faq[2].question"), is_one_line("faq[2].answer")
    (True, False)
    """
    return _NUMBER.sub("", path) in LONGEST_LINE


def with_text(document: Document, path: str, text: str) -> Document:
    """Return the document with another text at ``path``. Raises NotADocument if it cannot be."""
    values: Any = documents.to_json(document)
    row = _ROW.fullmatch(path)
    names = ["faq", int(row[1]), row[2]] if row else path.split(".")
    inner = values
    for name in names[:-1]:
        inner = inner[name]
    inner[names[-1]] = text
    return documents.from_json(values)


def _ranges_of(text: str, words: str) -> Iterator[Range]:
    folded, offsets = _folded(text)
    sought, _ = _folded(words)
    at = folded.find(sought) if sought else -1
    while at >= 0:
        yield Range(offsets[at], offsets[at + len(sought) - 1] + 1)
        at = folded.find(sought, at + len(sought))


def _folded(text: str) -> tuple[str, list[int]]:
    """The text in small letters with plain quotes and single spaces, and where each came from."""
    letters: list[str] = []
    offsets: list[int] = []
    for at, letter in enumerate(text.translate(_PLAIN)):
        if not letter.isspace():
            small = letter.lower()
            letters.append(small if len(small) == 1 else letter)
            offsets.append(at)
        elif letters and letters[-1] != " ":
            letters.append(" ")
            offsets.append(at)
    if letters and letters[-1] == " ":
        letters.pop()
        offsets.pop()
    return "".join(letters), offsets


class Selection(NamedTuple):
    """Characters ``start`` to ``end`` of the text at ``path``; equal ones mean all of it."""

    path: str
    start: int
    end: int
    words: str


def selection_at(document: Document, path: str, words: str, near: int | None = None) -> Selection:
    """Return where the words stand in the text at ``path``, or in any for the whole release.

    Where they stand several times, ``near`` tells which; else it is the first. Raises Invalid.
    """
    if not is_part(document, path):
        raise Invalid("path", "Choose a part of this release.")
    words = with_plain_breaks(words)
    if fault := find_fault(words, LONGEST_TEXT):
        raise Invalid("words", fault)
    if not words.strip():
        return Selection(path, 0, 0, "")
    hits = find_words(document, path, words, near)
    if not hits:
        where = "the release" if path == WHOLE else "this part"
        raise Invalid("words", f"These words aren’t in {where}. Copy them from the text.")
    if path == WHOLE and len(hits) > 1:
        raise Invalid("path", f"These words are in {len(hits)} places. Choose the part you mean.")
    return _selection(document, hits[0].path, hits[0].place)


def replacement_at(
    document: Document, pointed: Selection, suggestion: str
) -> tuple[Selection, str]:
    """Return the words that the suggestion replaces, and the suggestion as it may stand there.

    Without words it replaces all of the text. Raises Invalid.
    """
    if pointed.path == WHOLE:
        raise Invalid("suggestion", "Quote the words this replaces, or choose a part.")
    text = texts_of(document)[pointed.path]
    if pointed.start == pointed.end:
        pointed = _selection(document, pointed.path, Range(0, len(text)))
    suggestion = with_plain_breaks(suggestion).strip()
    if is_one_line(pointed.path):
        suggestion = on_one_line(suggestion)
    if suggestion == pointed.words:
        raise Invalid("suggestion", "The suggestion is the same as the text. Change it.")
    try:
        replace_range(document, pointed.path, Range(pointed.start, pointed.end), suggestion)
    except NotADocument as fault:
        raise Invalid("suggestion", fault.sentence) from fault
    return pointed, suggestion


def replace_range(document: Document, path: str, place: Range, words: str) -> Document:
    """Return the document with these words at ``place``. Raises NotADocument if it cannot be."""
    text = texts_of(document)[path]
    return with_text(document, path, text[: place.start] + words + text[place.end :])


def _selection(document: Document, path: str, place: Range) -> Selection:
    return Selection(path, *place, texts_of(document)[path][slice(*place)])
