"""Word lists: ``words/<language>.toml``, a block of lines for each list, which anybody may edit.

A line is a word or phrase; behind ``=>`` may stand what to write instead. ``*`` at the end of a
word stands for any ending. A line in a block that begins with ``#`` is the heading of a group.
Blocks need no quotes and commas, and are read ten times as fast as arrays.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "words"
# ``any`` has the lists for text in any language.
LANGUAGES = tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))
_TOKEN = re.compile(r"\w+(?:'\w+)*")
# A word of a list, where any ending may follow.
_WORD = re.compile(rf"{_TOKEN.pattern}\*?")
# What may stand between the words of a phrase.
_BETWEEN = re.compile(r"[\s\-‐‑]+")


class Token(NamedTuple):
    """A word in small letters with straight apostrophes, and its place."""

    start: int
    end: int
    text: str


class ListEntry(NamedTuple):
    """A line of a list."""

    words: tuple[str, ...]
    instead: str

    @property
    def phrase(self) -> str:
        """The entry as it is written."""
        return " ".join(self.words)


class Hit(NamedTuple):
    """A place where an entry was found: characters ``start`` to ``end``."""

    start: int
    end: int
    entry: ListEntry


class Phrases:
    """Finds the entries of a list in a text, in time that grows with the text alone."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._whole: dict[str, list[ListEntry]] = {}
        self._beginnings: dict[str, list[ListEntry]] = {}
        for line in lines:
            phrase, _, instead = line.partition("=>")
            words = tuple(_WORD.findall(_plain(phrase)))
            if words:
                first = words[0]
                table = self._beginnings if first.endswith("*") else self._whole
                table.setdefault(first.rstrip("*"), []).append(ListEntry(words, instead.strip()))
        for table in (self._whole, self._beginnings):
            for entries in table.values():
                entries.sort(key=lambda entry: -len(entry.words))
        self._lengths = sorted({len(beginning) for beginning in self._beginnings}, reverse=True)

    def __bool__(self) -> bool:
        return bool(self._whole or self._beginnings)

    def find(self, text: str, tokens: list[Token] | None = None) -> Iterator[Hit]:
        """Yield the entries in the text, the longest at each place; they do not overlap.

        ``tokens`` are those of the text where they are known already.
        """
        found = tokens_of(text) if tokens is None else tokens
        index = 0
        while index < len(found):
            hit = self._at(text, found, index)
            if hit is None:
                index += 1
            else:
                entry = hit.entry
                yield hit
                index += len(entry.words)

    def _at(self, text: str, tokens: list[Token], index: int) -> Hit | None:
        word = tokens[index].text
        candidates = list(self._whole.get(word, ()))
        for length in self._lengths:
            candidates += self._beginnings.get(word[:length], ()) if len(word) >= length else ()
        for entry in candidates:
            last = index + len(entry.words) - 1
            if last < len(tokens) and _fits(text, tokens, index, entry):
                return Hit(tokens[index].start, tokens[last].end, entry)
        return None


def tokens_of(text: str) -> list[Token]:
    """The words of a text as lists name them."""
    return [
        Token(found.start(), found.end(), found[0].lower())
        for found in _TOKEN.finditer(text.replace("’", "'"))
    ]


@cache
def phrases(language: str, name: str) -> Phrases:
    """The list of this name as phrases to find; empty when the language has none."""
    return Phrases(lines_of(language).get(name, ()))


@cache
def words_of(language: str, name: str) -> frozenset[str]:
    """The lines of a list as they are, in small letters."""
    return frozenset(line.lower() for line in lines_of(language).get(name, ()))


@cache
def languages_of(name: str) -> tuple[str, ...]:
    """The languages that have this list, in the order of the alphabet."""
    return tuple(language for language in LANGUAGES if name in lines_of(language))


@cache
def lines_of(language: str) -> dict[str, list[str]]:
    """The lines of each list of a language, by name; read when first needed."""
    if language not in LANGUAGES:
        return {}
    text = (FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    return {name: _entries(block) for name, block in tomllib.loads(text).items()}


def _entries(block: str) -> list[str]:
    lines = (line.strip() for line in block.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _plain(text: str) -> str:
    return text.replace("’", "'").lower()


def _fits(text: str, tokens: list[Token], index: int, entry: ListEntry) -> bool:
    """Whether all words of the entry follow each other from this token on."""
    for offset, wanted in enumerate(entry.words):
        token = tokens[index + offset]
        is_same = (
            token.text.startswith(wanted[:-1]) if wanted.endswith("*") else token.text == wanted
        )
        if not is_same:
            return False
        if offset and not _BETWEEN.fullmatch(text, tokens[index + offset - 1].end, token.start):
            return False
    return True
