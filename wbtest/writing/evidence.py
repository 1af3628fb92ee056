"""What the numbers of a release rest on: a source, an assumption, or a mere picture. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from wbtest.writing.checking import NotADocument, checked_text, list_of, mapping_of
from wbtest.writing.limits import MOST_EVIDENCE

Kind = Literal["sourced", "assumed", "imagined"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_LINK = re.compile(r"https?://[^\s\"'<>\\@]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one number rests on. ``words`` is the number as it stands in the text, with its unit.

    ``source`` is a link or a note. While a draft is being written a source may still be missing.
    """

    words: str
    kind: Kind
    source: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether it says enough: who has a source names it."""
        return self.kind != "sourced" or bool(self.source.strip())

    @property
    def key(self) -> str:
        """What makes two entries the same: the words, without capitals and kinds of spaces."""
        return key_of(self.words)


def key_of(words: str) -> str:
    """Return the words as they are compared.

    >>> key_of("47\u00a0% of  Parents")
    '47 % of parents'
    """
    return " ".join(words.split()).casefold()


def is_spelled(words: str) -> bool:
    """Whether a number is written in letters: most of these are no figures that one looks up.

    >>> is_spelled("two questions"), is_spelled("£4 a month"), is_spelled("三人")
    (True, False, False)
    """
    return not any(letter.isnumeric() for letter in words)


def link_in(text: str) -> str:
    """Return the text when it is the address of a page and nothing else, else ''.

    >>> link_in(" https://rents.example/2026 "), link_in("javascript:alert(1)"), link_in("a diary")
    ('https://rents.example/2026', '', '')
    """
    found = _LINK.fullmatch(text.strip())
    return found[0] if found else ""


def with_answers(
    evidence: tuple[Evidence, ...], answers: Iterable[tuple[str, str, str]]
) -> tuple[Evidence, ...]:
    """Return the ledger after what was said of some numbers: words, kind and source of each.

    Who names a source has one, even without a kind. An answer without either takes the entry away,
    and so does one of another kind. Entries of which nothing was said stay.
    """
    found = {entry.key: entry for entry in evidence}
    for words, said, source in answers:
        kind = said or ("sourced" if source.strip() else "")
        entry = next((Evidence(words, known, source) for known in KINDS if known == kind), None)
        if entry and entry.key:
            found[entry.key] = entry
        else:
            found.pop(key_of(words), None)
    # What was there before is never pushed out.
    return tuple(found.values())[:MOST_EVIDENCE]


def ledger_from_json(value: Any) -> tuple[Evidence, ...]:
    """Return the entries. Raises NotADocument naming the first that cannot be used."""
    entries = list_of("evidence", value, MOST_EVIDENCE, "numbers")
    found: dict[str, Evidence] = {}
    for index, given in enumerate(entries):
        part = f"evidence[{index}]"
        entry = _entry(part, given)
        if entry.key in found:
            raise NotADocument(f"{part}.words", "is in the list already.")
        found[entry.key] = entry
    return tuple(found.values())


def _entry(part: str, value: Any) -> Evidence:
    given = mapping_of(part, value, set(Evidence.__dataclass_fields__))
    kind = given.get("kind")
    if kind not in KINDS:
        raise NotADocument(f"{part}.kind", "must be sourced, assumed or imagined.")
    words = checked_text(f"{part}.words", given.get("words", ""))
    if not words.strip():
        raise NotADocument(f"{part}.words", "must be the number as it stands in the text.")
    return Evidence(words, kind, checked_text(f"{part}.source", given.get("source", "")))
