"""What writers note for themselves: "To be written.", "(à compléter)", "Company X". Pure."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.listed import Place
from wbtest.writing.coach.lists import phrases, words_of
from wbtest.writing.coach.reading import Text

_BRACKETS = re.compile(r"[(（]([^()（）\n]{1,60})[)）]")
_PART = re.compile(r"[^,،、;/|–—()]+")
LONGEST_NOTE = 60
# What may stand around a note that is a sentence.
SIGNS = " \u00a0\t.…!?:;,()（）[]。*-–—>"


def notes_in(text: Text, name: str = "notes") -> Iterator[Place]:
    """Yield sentences and brackets that are nothing but an entry of the list called ``name``.

    A button may well say "Complete".
    """
    notes = words_of(text.language, name)
    if not notes or text.path.endswith(".label"):
        return
    pieces = [(piece.start, piece.end) for piece in text.sentences]
    all_of_it = text.text.strip(SIGNS)
    pieces += [found.span(1) for found in _BRACKETS.finditer(text.text)]
    for start, end in pieces:
        if end - start > LONGEST_NOTE:
            continue
        note = text.text[start:end]
        words = note.strip(SIGNS)
        is_alone = text.text[start - 1 : start] in tuple("(（") or len(words) >= len(all_of_it)
        # A single word may be a step: "Photograph. Complete. Send."
        if words.lower().replace("’", "'") in notes and (" " in words or is_alone):
            begin = start + note.index(words)
            yield Place(begin, begin + len(words))


def unnamed_in(text: Text) -> Iterator[Place]:
    """Yield what stands for a name in a line: "engineer at Company X, City"."""
    for hit in phrases("any", "unnamed").find(text.text, text.tokens):
        if len(hit.entry.words) > 1 and text.text[hit.end - 1].isupper():
            yield Place(hit.start, hit.end)
    parts = list(_PART.finditer(text.text))
    for part in parts[1:]:
        words = part[0].strip()
        if words.lower() in words_of("any", "unnamed") and not words.islower():
            begin = part.start() + part[0].index(words)
            yield Place(begin, begin + len(words))
