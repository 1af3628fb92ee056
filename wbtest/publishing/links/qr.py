"""QR codes of links: inside a page, and as files to print. Dark on light in every scheme. Pure."""

from functools import lru_cache
from io import BytesIO

import segno
from markupsafe import Markup

# Fifteen hundredths of the code may be lost to a stain or a fold.
LEVEL = "m"
# Enough to print a hand's breadth at 300 dots an inch.
PRINTED_DOTS = 1_000
INK, PAPER = "#000", "#fff"


def inline(address: str, title: str) -> Markup:
    """Return the code as an element of a page; screen readers say ``title``."""
    drawn = _code(address).svg_inline(
        dark=INK, light=PAPER, title=title, svgclass="qr", lineclass=None, omitsize=True
    )
    # Drawn by us; the title is escaped by the library.
    return Markup(drawn.replace("<svg", '<svg role="img"', 1))  # noqa: S704


def svg(address: str, title: str) -> bytes:
    """Return the code as a file that stays sharp at any size."""
    out = BytesIO()
    _code(address).save(
        out, kind="svg", dark=INK, light=PAPER, title=title, scale=10, svgclass=None, lineclass=None
    )
    return out.getvalue()


def png(address: str) -> bytes:
    """Return the code as a picture about ``PRINTED_DOTS`` wide."""
    out, code = BytesIO(), _code(address)
    code.save(out, kind="png", scale=max(1, PRINTED_DOTS // code.symbol_size()[0]))
    return out.getvalue()


@lru_cache(maxsize=64)
def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error=LEVEL)
