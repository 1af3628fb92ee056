"""The three typefaces that a page may have of its own, cut to the letters that it sets in them.

A family of some 100 kB becomes about 5 kB of WOFF2, which the page carries inside. It is cut once,
when a test starts, over the words of all its variants, so that these differ in nothing but words.
All three are under the SIL Open Font License; it stands beside each file.
"""

import logging
from collections.abc import Iterable, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

# It tells of each table that it cuts.
logging.getLogger("fontTools").setLevel(logging.WARNING)

FOLDER = Path(__file__).with_name("typefaces")
TEXT = (
    '-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,Inter,"Noto Sans","Helvetica Neue",Arial,'
    "sans-serif"
)
_SERIF = '"Iowan Old Style","Palatino Linotype",P052,"Noto Serif",Georgia,serif'


class Family(NamedTuple):
    """A family for headings: its name, its file or '' for the device's own, and how it is set.

    ``fallback`` is what devices have, ``tight`` the letter spacing in em, ``scale`` what a size is
    multiplied with so that families look equally large.
    """

    name: str
    file: str
    fallback: str
    weight: int
    tight: float
    scale: float


FAMILIES: Mapping[str, Family] = {
    "instrument": Family("Instrument Serif", "instrument-serif.ttf", _SERIF, 400, -0.018, 1),
    "bricolage": Family("Bricolage Grotesque", "bricolage-grotesque.ttf", TEXT, 600, -0.03, 0.87),
    "newsreader": Family("Newsreader", "newsreader.ttf", _SERIF, 500, -0.022, 0.87),
    "device": Family("The device’s own", "", TEXT, 700, -0.025, 0.82),
}


def typeface_path(family: str) -> Path:
    """Return the file of a family that has one."""
    return FOLDER / FAMILIES[family].file


@lru_cache(maxsize=64)
def cut_typeface(family: str, letters: str) -> bytes:
    """Return the family as WOFF2 with these letters alone.

    Returns b'' when it has not all of them, or no file: two typefaces are never mixed in a line.
    """
    # Only a start or a preview needs these.
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    if not FAMILIES[family].file:
        return b""
    # So that the same letters always give the same bytes.
    with TTFont(typeface_path(family), lazy=True, recalcTimestamp=False) as font:
        wanted = {ord(letter) for letter in letters if letter.isprintable()}
        if not wanted <= font.getBestCmap().keys():
            return b""
        options = Options()
        options.flavor = "woff2"
        options.hinting = False
        options.layout_features = ["kern"]
        options.name_IDs = []
        options.drop_tables += ["STAT", "DSIG", "GDEF"]
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=wanted)
        subsetter.subset(font)
        font.flavor = "woff2"
        file = BytesIO()
        font.save(file)
    return file.getvalue()


def letters_of(texts: Iterable[str]) -> str:
    """Return each letter of the texts once, in order, without white space.

    >>> letters_of(["a new", "wave"])
    'aenvw'
    """
    return "".join(sorted({letter for text in texts for letter in text if not letter.isspace()}))
