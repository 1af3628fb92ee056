"""Who speaks, and which words are spoken, in every style of quotation mark. Pure.

Apostrophes and single quotation marks are never quotes: in most releases they are apostrophes.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from wbtest.writing.coach.document_reader import Piece, Text, paragraphs_in, words_in
from wbtest.writing.coach.word_lists import words_of

# Each mark that opens, and those that may close after it.
CLOSING = {
    '"': '"',
    "＂": "＂",
    "“": "”“",
    "„": "“”",
    "”": "”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    "〝": "〟〞",
}
_OPENING = re.compile("[" + "".join(CLOSING) + "]")
_BLOCK = re.compile(r"(?:[ \t]*>[^\n]*\n?)+")
_LETTER = re.compile(r"[^\W_]")
_MARGIN = re.compile(r"(?m)^[ \t]*>")
_BEHIND_THE_NAME = re.compile(r"[,;(–—|/，、（]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
CJK_NAME = 2


def quotations_in(text: str) -> list[Piece]:
    """What stands between quotation marks, without them, and block quotes (lines with ``>``).

    >>> [said.text for said in quotations_in("«Oui», dit-il. “It’s fine.”")]
    ['Oui', 'It’s fine.']
    """
    return [said for paragraph in paragraphs_in(text) for said in _said_in(paragraph)]


def _said_in(paragraph: Piece) -> Iterator[Piece]:
    text, begin = paragraph.text, paragraph.start
    index = 0
    if block := _BLOCK.match(text):
        index = block.end()
        yield Piece(begin, begin + index, block[0])
    # Marks that do not come any more are not looked for again: a row of them costs one look.
    gone: set[str] = set()
    while opening := _OPENING.search(text, index):
        index = opening.end()
        if text[index - 2 : index - 1].isdecimal() and index > 1:
            continue  # 5" are inches.
        ends = []
        for mark in CLOSING[opening[0]]:
            end = -1 if mark in gone else text.find(mark, index)
            if end < 0:
                gone.add(mark)
            else:
                ends.append(end)
        if ends:
            end = min(ends)
            yield Piece(begin + index, begin + end, text[index:end])
            index = end + 1


def spoken(text: Text) -> Text:
    """The text with all that is not spoken as spaces, so that places stay the same.

    Where quotation marks hold less than half of the letters, all of it is spoken.
    """
    said = quotations_in(text.text)
    letters = sum(len(_LETTER.findall(piece.text)) for piece in said)
    if 2 * letters < len(_LETTER.findall(text.text)) or not said:
        return text
    kept, index = [], 0
    for piece in said:
        kept += [" " * (piece.start - index), _MARGIN.sub(_blank, piece.text)]
        index = piece.end
    return replace(text, text="".join(kept) + " " * (len(text.text) - index))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def is_name(speaker: Text, fewest: int) -> bool:
    """Whether this is a person's name of at least ``fewest`` words, and not “our CEO”.

    In Chinese, Japanese and Korean two characters are a name. What stands behind a comma is not
    looked at.
    """
    head = _BEHIND_THE_NAME.split(speaker.text, maxsplit=1)[0]
    nobody = words_of(speaker.language, "nobody") | words_of("en", "nobody")
    particles = words_of("any", "particles")
    if head.strip().lower() in nobody:
        return False
    count = 0
    for word in words_in(head):
        if word.text.lower() in nobody or word.text.lower() in particles:
            continue
        if word.text[0].islower():
            return False
        count += fewest if len(_CJK.findall(word.text)) >= CJK_NAME else 1
    return count >= fewest
