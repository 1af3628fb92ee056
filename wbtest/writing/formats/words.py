"""The tool's own words in a release of another form, in the languages it speaks. Pure.

English is written below, other languages in ``languages/<code>.toml``.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

LANGUAGES = Path(__file__).with_name("languages")


class FormatWords(NamedTuple):
    """Headings and labels; ``language`` is that of the words. Braces name what is filled in."""

    language: str = "en"
    # On a landing page and in a store
    today: str = "Today"
    difference: str = "The difference"
    with_product: str = "With {product}"
    why_now: str = "Why now"
    questions: str = "Questions"
    again: str = "Be among the first"
    # In a blog post: sentences
    how_it_is: str = "This is how it is today"
    what_is_better: str = "What people do about it, and why this is better"
    what_changes: str = "What changes with {product}"
    why_possible: str = "Why it is possible now"
    what_people_ask: str = "What people ask"
    how_to_start: str = "How to start"
    # Everywhere
    imagined: str = "imagined"
    price: str = "Price: {price}"


@cache
def words_for(language: str) -> FormatWords:
    """Return the words for a language tag, by its first part; English for one we do not speak.

    >>> words_for("de-AT").language, words_for("tlh").language
    ('de', 'en')
    """
    spoken = {file.stem: file for file in LANGUAGES.glob("*.toml")}
    code = language.lower().partition("-")[0]
    if code not in spoken:
        return FormatWords()

    return FormatWords(**tomllib.loads(spoken[code].read_text(encoding="utf-8")))
