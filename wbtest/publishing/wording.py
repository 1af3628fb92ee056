"""The tool's words as a team says them: which can be changed, and what a change must keep. Pure."""

import re
from collections.abc import Mapping

from wbtest.publishing.strings import WORDING, strings_for
from wbtest.writing.text_rules import find_fault, on_one_line, with_plain_breaks

LONGEST = 300
LONGEST_LABEL = 60
_BLANK = re.compile(r"\{(\w+)\}")


class NotAWording(ValueError):
    """A text that cannot stand on the page; ``field`` names it, the text says how to mend it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def defaults(language: str) -> dict[str, str]:
    """Return what stands on a page in this language when nobody says otherwise, by name."""
    strings = strings_for(language)
    return {name: getattr(strings, name) for name in WORDING}


def blanks_of(text: str) -> frozenset[str]:
    """Return the names in braces, which the page fills in.

    >>> sorted(blanks_of("With {product}"))
    ['product']
    """
    return frozenset(_BLANK.findall(text))


def longest(default: str) -> int:
    """Return how long a text in this one's place may be, in characters: labels stay labels."""
    return LONGEST_LABEL if len(default) < LONGEST_LABEL // 2 else LONGEST


def check(wording: Mapping[str, str], language: str) -> dict[str, str]:
    """Return what differs from the usual words. Raises NotAWording for the first that cannot be."""
    usual = defaults(language)
    kept = {}
    for name, typed in wording.items():
        if name not in usual:
            raise NotAWording(str(name)[:40], "This text cannot be changed.")
        text = on_one_line(with_plain_breaks(typed)).strip()
        # Where nothing is kept of `again`, the call to action stands in its place.
        if text and (text != usual[name] or name == "again"):
            kept[name] = _checked(name, text, usual[name])
    return kept


def _checked(name: str, text: str, default: str) -> str:
    if fault := find_fault(text, longest(default)):
        raise NotAWording(name, fault)
    needed, found = blanks_of(default), blanks_of(text)
    for blank in sorted(needed - found):
        raise NotAWording(name, f"Keep {{{blank}}}; the page fills it in.")
    for blank in sorted(found - needed):
        raise NotAWording(name, f"Nothing is filled in for {{{blank}}} here. Write the words out.")
    # A brace on its own would break the filling in.
    if re.search("[{}]", _BLANK.sub("", text)):
        raise NotAWording(name, "Leave out braces that hold no name.")
    return text
