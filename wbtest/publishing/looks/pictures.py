"""Pictures by their names: digest and size, so that a page can show one without asking. Pure."""

import re
from typing import NamedTuple

LARGEST = 10 * 1024 * 1024
# A picture is kept in these widths, and never larger than it came.
WIDTHS = (640, 1280)
TALLEST = 1600
# From this shape on a logo is taken for a word mark, which says the name itself.
WORD_MARK = 2.2
_NAME = re.compile(r"([0-9a-f]{64})-([1-9]\d{0,3})x([1-9]\d{0,3})")


class Picture(NamedTuple):
    """A picture, by the SHA-256 of its largest file and the size of that, in px."""

    digest: str
    width: int
    height: int

    @property
    def name(self) -> str:
        """How a look names it; ``read_name`` gives the picture back."""
        return f"{self.digest}-{self.width}x{self.height}"

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths of its files, the largest last."""
        return (*(width for width in WIDTHS[:-1] if width < self.width), self.width)

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height in which a page lays it out at most: a tall one at half its size."""
        height = min(self.height, TALLEST // 2)
        return max(1, round(self.width * height / self.height)), height

    @property
    def is_word_mark(self) -> bool:
        """Whether it is so wide that, as a logo, it will have the name in it."""
        return self.width >= WORD_MARK * self.height

    def address(self, page_url: str, width: int = 0) -> str:
        """Return the address of the file of this width, or of the largest."""
        return f"{page_url}/images/{self.digest}-{width or self.width}.webp"

    def addresses(self, page_url: str) -> str:
        """Return all files with their widths, as ``srcset`` wants them."""
        return ", ".join(f"{self.address(page_url, width)} {width}w" for width in self.widths)


def read_name(name: str) -> Picture | None:
    """Return the picture of this name, or None when it names none.

    >>> read_name(f"{'0' * 64}-1280x720").widths
    (640, 1280)
    """
    found = _NAME.fullmatch(name)
    return Picture(found[1], int(found[2]), int(found[3])) if found else None
