"""How length is counted in a script: words, or characters where no spaces part the words. Pure."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from wbtest.writing.coach.reading import Text
from wbtest.writing.text_rules import LETTERS_A_WORD

_LETTER = re.compile(r"[^\W\d_]")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


class Measure(NamedTuple):
    """What is counted, how many of them ``count_words`` takes for one word, and how many words a
    sentence may have, at most and on average. ``has_stops``: whether a mark ends a sentence."""

    unit: str
    a_word: int
    longest: int
    average: int
    has_stops: bool = True


WORDS = Measure("words", 1, longest=30, average=20)
# Japanese guides stop at 80 characters a sentence; 50 is what newspapers have on average.
DENSE = Measure("characters", 2, longest=40, average=25)
# In Thai a space parts clauses and sentences alike.
UNSPACED = Measure("characters", LETTERS_A_WORD, longest=30, average=20, has_stops=False)


def measure_of(texts: Iterable[Text]) -> Measure:
    """The measure of the script in which most of the letters are written."""
    text = "\n".join(text.text for text in texts)
    letters = len(_LETTER.findall(text))
    if 2 * len(_DENSE.findall(text)) > letters:
        return DENSE
    return UNSPACED if 2 * len(_UNSPACED.findall(text)) > letters else WORDS
