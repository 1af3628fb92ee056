"""What a visitor can be said to have done on a page: a fixed list, and how a beacon tells it. Pure.

click   the button was pressed: of the form at the "top" or at the "end"
focus   a field of that form was entered
faq     a question was opened: its number on the page, from 0
depth   so much of the page had been on the screen when it was left: 25, 50, 75 or 100 per cent
"""

from collections.abc import Iterator

FORMS = ("top", "end")
DEPTHS = ("25", "50", "75", "100")
MOST_QUESTIONS = 60
ITEMS = {
    "click": frozenset(FORMS),
    "focus": frozenset(FORMS),
    "faq": frozenset(map(str, range(MOST_QUESTIONS))),
    "depth": frozenset(DEPTHS),
}
LONGEST_TOLD = 1_000

Act = tuple[str, str]


def read_acts(text: str) -> tuple[Act, ...]:
    """Return the acts that the lines of a beacon name, each once; what is not in the list is left.

    >>> read_acts("faq 3\\nfaq 3\\ndepth 50\\nfaq 99\\nfaq 03\\npay 1")
    (('faq', '3'), ('depth', '50'))
    """
    return tuple(dict.fromkeys(_known(text[:LONGEST_TOLD])))


def _known(text: str) -> Iterator[Act]:
    for line in text.split("\n"):
        kind, _, item = line.partition(" ")
        if item in ITEMS.get(kind, ()):
            yield kind, item
