"""The words that a comment is about, and finding them again in a newer text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from wbtest.store import Invalid
from wbtest.writing import merging, text_rules
from wbtest.writing.coach.document_reader import RELEASE_TEXTS, text_at
from wbtest.writing.document import (
    AUDIENCES,
    PARTS,
    Document,
    NotADocument,
    Question,
    from_json,
    to_json,
)

if TYPE_CHECKING:
    from rapidfuzz.distance import Opcode


WHOLE = "release"
_NUMBER = re.compile(r"\[\d+\]")
_ROW = re.compile(r"faq\[(\d+)\]\.(question|answer)")
_NAMES = {part.name: part.label for part in PARTS["full"]} | {WHOLE: "The whole release"}
_PLAIN = str.maketrans("’‘‚“”„", "'''\"\"\"")
# The words on the button stand on the test page only.
_PRINTED = tuple((path, part) for path, part in RELEASE_TEXTS if not path.endswith(".label"))
_MORE = {"speaker": "speaker", "role": "speaker’s role", "price": "price"}


class Range(NamedTuple):
    """Characters ``start`` to ``end`` of a text."""

    start: int
    end: int


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


def label_of(document: Document, path: str) -> str:
    """What the pages call the text at ``path``.

    >>> label_of(Document(), "customer_quote.role")
    'Customer quote: speaker’s role'
    """
    if row := _ROW.fullmatch(path):
        asked = document.faq[int(row[1])].question.strip() or "A question with no text"
        return f"{asked} (the question)" if row[2] == "question" else asked
    part, _, more = path.partition(".")
    return f"{_NAMES[part]}: {_MORE[more]}" if more in _MORE else _NAMES[part]


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


def find_words(
    document: Document, path: str, words: str, near: int | None = None
) -> list[tuple[str, Range]]:
    """The texts and their characters where these words stand; all texts for the whole release.

    White space, capitals and the kind of quotation mark make no difference. With ``near``, a
    character of the text at ``path``, only the place that begins nearest to it is returned.
    """
    texts = texts_of(document)
    looked_at = texts if path == WHOLE else {path: texts[path]}
    hits = [(at, place) for at, text in looked_at.items() for place in _ranges_of(text, words)]
    if near is None or path == WHOLE:
        return hits
    return sorted(hits, key=lambda hit: abs(hit[1].start - near))[:1]


def is_one_line(path: str) -> bool:
    """Whether the text at ``path`` is one line.

    >>> is_one_line("faq[2].question"), is_one_line("faq[2].answer")
    (True, False)
    """
    return _NUMBER.sub("", path) in text_rules.LONGEST_LINE


def with_text(document: Document, path: str, text: str) -> Document:
    """Return the document with another text at ``path``. Raises NotADocument if it cannot be."""
    values: Any = to_json(document)
    row = _ROW.fullmatch(path)
    names = ["faq", int(row[1]), row[2]] if row else path.split(".")
    inner = values
    for name in names[:-1]:
        inner = inner[name]
    inner[names[-1]] = text
    return from_json(values)


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
    words = text_rules.with_plain_breaks(words)
    if fault := text_rules.find_fault(words, text_rules.LONGEST_TEXT):
        raise Invalid("words", fault)
    if not words.strip():
        return Selection(path, 0, 0, "")
    hits = find_words(document, path, words, near)
    if not hits:
        where = "the release" if path == WHOLE else "this part"
        raise Invalid("words", f"These words aren’t in {where}. Copy them from the text.")
    if path == WHOLE and len(hits) > 1:
        raise Invalid("path", f"These words are in {len(hits)} places. Choose the part you mean.")
    return _selection(document, *hits[0])


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
    suggestion = text_rules.with_plain_breaks(suggestion).strip()
    if is_one_line(pointed.path):
        suggestion = text_rules.on_one_line(suggestion)
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


# In percent of equal letters: words that are less alike are other words.
ALIKE = 55
# So many words make a run that nobody writes a second time by chance.
_UNMISTAKABLE_WORDS = 4
# Of a run in the same text so many letters do.
_UNMISTAKABLE_LETTERS = 4
# So many letters beside the words tell one place from another.
_NEAR = 12
# Aligning takes time by the product of both lengths: a tenth of a second for so many pairs.
_MOST_PAIRS = 150_000_000
# More places than this are not looked at: of such words nobody could say which they are.
_MOST_PLACES = 500
# Words, but single characters in scripts that put no space between words.
_DENSE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[^\W{_DENSE}]+|.", re.DOTALL)


class Place(NamedTuple):
    """Where the words stand now, and whether they are other words by now."""

    path: str
    start: int
    end: int
    is_changed: bool = False


class WordsLost(NamedTuple):
    """The words are not there any more."""

    words: str


def follow(old: Document, new: Document, path: str, start: int, end: int) -> Place | WordsLost:
    """Return where characters ``start`` to ``end`` of the old text at ``path`` stand in the new.

    Equal ones mean the whole text. A question of the FAQ is followed when it moved; a run of four
    words or more also into another part.
    """
    if path == WHOLE:
        return Place(WHOLE, 0, 0)
    before, texts = texts_of(old)[path], texts_of(new)
    words = before[start:end]
    same_path = _path_in(old, new, path)
    if same_path is not None:
        now = texts[same_path]
        if start >= end:
            is_lost = before.strip() and not now.strip()
            return WordsLost("") if is_lost else Place(same_path, 0, 0, now != before)
        if found := _find(before, now, Range(start, end)):
            return Place(same_path, *found, is_changed=now[slice(*found)] != words)
    return _find_elsewhere(texts, words) or WordsLost(words)


def _path_in(old: Document, new: Document, path: str) -> str | None:
    row = _ROW.fullmatch(path)
    if row is None:
        return path
    # As the history tells it.
    index = _rows(old.faq, new.faq).get(int(row[1]))
    return None if index is None else f"faq[{index}].{row[2]}"


@lru_cache(maxsize=64)
def _rows(old: tuple[Question, ...], new: tuple[Question, ...]) -> dict[int, int]:
    """The new place of each question that is still there, by its old one."""
    return merging.pairs([asdict(row) for row in old], [asdict(row) for row in new])


def _find(old: str, new: str, place: Range) -> Range | None:
    words = old[slice(*place)]
    if old == new:
        return place
    mapped = _mapped(old, new, place)
    if mapped is not None and new[slice(*mapped)] == words:
        return mapped
    same = _same_words(old, new, place)
    if same is not None or mapped is None:
        return same
    start = mapped.start + _leading_space(new[slice(*mapped)])
    end = mapped.end - _leading_space(new[slice(*mapped)][::-1])
    is_like = start < end and fuzz.ratio(words, new[start:end]) >= ALIKE
    return Range(start, end) if is_like else None


def _mapped(old: str, new: str, place: Range) -> Range | None:
    """Where a comparison of both texts, word by word, puts the characters of ``place``."""
    spans = list(_spans(old, new, place))
    if not spans:
        return None
    return Range(min(span.start for span in spans), max(span.end for span in spans))


@lru_cache(maxsize=64)
def _steps(old: str, new: str) -> tuple[Opcode, ...]:
    """How to get from one text to the other, word by word; nothing for texts that are too long."""
    olds, news = _TOKEN.findall(old), _TOKEN.findall(new)
    is_too_long = len(olds) * len(news) > _MOST_PAIRS
    return () if is_too_long else tuple(Levenshtein.opcodes(olds, news))


def _leading_space(text: str) -> int:
    return len(text) - len(text.lstrip())


def _spans(old: str, new: str, place: Range) -> Iterator[Range]:
    """The new characters of each word of ``place`` that stayed or was replaced."""
    old_at = list(accumulate(map(len, _TOKEN.findall(old)), initial=0))
    new_at = list(accumulate(map(len, _TOKEN.findall(new)), initial=0))
    for step in _steps(old, new):
        if step.tag not in ("equal", "replace"):
            continue
        for i, j in zip(
            range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=False
        ):
            start, end = max(old_at[i], place.start), min(old_at[i + 1], place.end)
            if start >= end:
                continue
            if step.tag == "equal":
                yield Range(new_at[j] + start - old_at[i], new_at[j] + end - old_at[i])
            else:
                yield Range(new_at[j], new_at[j + 1])


def _same_words(old: str, new: str, place: Range) -> Range | None:
    """Where the same words stand in the new text, if what is around them tells which they are."""
    words = old[slice(*place)]
    before, after = old[max(0, place.start - _NEAR) : place.start], old[place.end :][:_NEAR]
    found = {}
    places = list(islice(_places(new, words), _MOST_PLACES))
    for at in places:
        left = _shared(before[::-1], new[max(0, at - _NEAR) : at][::-1])
        right = _shared(after, new[at + len(words) :][:_NEAR])
        if (left, right) == (len(before), len(after)) or _NEAR in (left, right):
            found[at] = left + right
    if found:
        at = max(found, key=lambda at: (found[at], -abs(at - place.start)))
        return Range(at, at + len(words))
    is_one = len(places) == 1 and len(list(_places(old, words))) == 1
    if is_one and len(words) >= _UNMISTAKABLE_LETTERS and _is_whole(new, words, places[0]):
        return Range(places[0], places[0] + len(words))
    return None


def _find_elsewhere(texts: dict[str, str], words: str) -> Place | None:
    if text_rules.words(words) < _UNMISTAKABLE_WORDS:
        return None
    found = [(path, at) for path, text in texts.items() for at in _places(text, words)]
    if len(found) != 1:
        return None
    [(path, at)] = found
    return Place(path, at, at + len(words))


def _places(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _is_whole(text: str, words: str, at: int) -> bool:
    """Whether no letter before or after the words belongs to their first or last word."""
    ends = set(accumulate(map(len, _TOKEN.findall(text)), initial=0))
    return {at, at + len(words)} <= ends


def _shared(one: str, other: str) -> int:
    """How many letters both have in common from their beginning on."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
