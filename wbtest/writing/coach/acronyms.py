"""Acronyms of the list ``any/metrics``, and whether a text means something else by them. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from wbtest.writing.coach.listed import Place
from wbtest.writing.coach.numbers import pairs_of

LONGEST_MEANING = 120
_BEHIND = re.compile(r"s?\s?\(([^()\n]{3,80})\)")
_WORD = re.compile(r"\w+")
_SMALL = ("of", "to", "and", "the", "for")


def acronyms_in(text: str) -> Iterator[Place]:
    """Yield where such acronyms stand, in capital letters."""
    for found in _pattern().finditer(text):
        yield Place(found.start(), found.end())


def explained_otherwise(text: str) -> Iterator[str]:
    """Acronyms that the text explains by words of its own, in small letters.

    >>> list(explained_otherwise("The National Park Service (NPS) counts net promoters."))
    ['nps']
    """
    usual = pairs_of("any", "metrics")
    for found in _pattern().finditer(text):
        acronym = found[1].lower()
        behind = _BEHIND.match(text, found.end(1))
        before = ""
        if text[found.start() - 1 : found.start()] == "(":
            before = text[max(0, found.start() - LONGEST_MEANING) : found.start()]
        for words in (behind[1] if behind else "", before):
            meaning = [word.lower() for word in _WORD.findall(words)]
            last = [word for word in meaning if word not in _SMALL][-len(acronym) :]
            if "".join(word[0] for word in last) == acronym and " ".join(last) != usual[acronym]:
                yield acronym


@cache
def _pattern() -> re.Pattern[str]:
    names = "|".join(re.escape(name.upper()) for name in pairs_of("any", "metrics"))
    return re.compile(rf"(?<![A-Za-z0-9])({names})s?(?![A-Za-z0-9])")
