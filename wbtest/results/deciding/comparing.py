"""What a memo says beside what follows from the rest of its file, leaf by leaf. Pure."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import isclose
from typing import Any

# Another machine may round the last digits otherwise.
TOLERANCE = 1e-6
LONGEST_SHOWN = 160


class Nothing(Enum):
    """In the place of a value: nothing else in the file tells it, or it is not there at all."""

    STATED = "stated"
    MISSING = "missing"


STATED, MISSING = Nothing.STATED, Nothing.MISSING


@dataclass(frozen=True, slots=True)
class Several:
    """In the place of a list: its entries, of which nothing else tells how many there are."""

    entries: list[Any]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place in the memo where it says what does not follow; as text a line about it."""

    path: str
    says: Any
    follows: Any

    @property
    def is_stated(self) -> bool:
        """Whether nothing in the file could prove it, nor disprove it."""
        return self.follows is STATED and self.says is not MISSING

    def __str__(self) -> str:
        if self.is_stated:
            says = f"{len(self.says)} in all" if isinstance(self.says, list) else shown(self.says)
            return f"{printable(self.path)}: {says}"
        says = "it says nothing" if self.says is MISSING else f"it says {shown(self.says)}"
        if self.follows in (STATED, MISSING):
            follows = "it must say something" if self.says is MISSING else "nothing like it follows"
        else:
            follows = f"it follows {shown(self.follows)}"
        return f"{printable(self.path)}: {says}; {follows}"


def leaves(says: Any, follows: Any, path: str = "") -> Iterator[Leaf]:
    """Return where ``says`` is not what follows, and each leaf that is only stated.

    >>> [str(leaf) for leaf in leaves({"a": 1, "b": [2]}, {"a": 3, "b": STATED})]
    ['a: it says 1; it follows 3', 'b: 1 in all', 'b[0]: 2']
    """
    if isinstance(says, dict) and isinstance(follows, dict):
        for name in dict.fromkeys((*says, *follows)):
            pair = says.get(name, MISSING), follows.get(name, MISSING)
            yield from leaves(*pair, f"{path}.{name}" if path else name)
    elif isinstance(says, list) and isinstance(follows, list) and len(says) == len(follows):
        for number, pair in enumerate(zip(says, follows, strict=True)):
            yield from leaves(*pair, f"{path}[{number}]")
    elif isinstance(follows, Several) and isinstance(says, list):
        yield Leaf(path, says, STATED)
        yield from leaves(says, follows.entries, path)
    elif follows is STATED and says and isinstance(says, dict):
        yield from leaves(says, dict.fromkeys(says, STATED), path)
    elif follows is STATED and says and isinstance(says, list):
        yield from leaves(says, Several([STATED] * len(says)), path)
    elif not _is_same(says, follows):
        yield Leaf(path, says, follows)


def shown(value: Any) -> str:
    """Return a value of the file as it may stand on a terminal, however long it is."""
    # Inside of what follows something may be only stated.
    text = printable(json.dumps(value, ensure_ascii=False, default=lambda _: "…"))
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def printable(text: str) -> str:
    r"""Return the text with everything escaped that could move a terminal's cursor or hide.

    >>> printable("a\x9b2J")
    'a\\u009b2J'
    """
    if text.isprintable():
        return text
    return "".join(c if _is_plain(c) else f"\\u{ord(c):04x}" for c in text)


def _is_plain(letter: str) -> bool:
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


def _is_same(says: Any, follows: Any) -> bool:
    if isinstance(says, bool) or isinstance(follows, bool):
        return says is follows
    is_measured = isinstance(says, float) or isinstance(follows, float)
    if is_measured and isinstance(says, int | float) and isinstance(follows, int | float):
        return isclose(says, follows, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(says == follows)
