"""QR codes of addresses, as files to print: dark on light in every colour scheme. Pure."""

from functools import lru_cache
from io import BytesIO

import segno

# Fifteen hundredths of the code may be lost to a stain or a fold.
LEVEL = "m"
# Enough to print a hand's breadth at 300 dots an inch.
PRINTED_DOTS = 1_000
INK, PAPER = "#000", "#fff"


def draw_svg(address: str, title: str) -> bytes:
    """Return the code as a file that stays sharp at any size."""
    out = BytesIO()
    _code(address).save(
        out, kind="svg", dark=INK, light=PAPER, title=title, scale=10, svgclass=None, lineclass=None
    )
    return out.getvalue()


def draw_png(address: str) -> bytes:
    """Return the code as a picture about ``PRINTED_DOTS`` wide."""
    out, code = BytesIO(), _code(address)
    code.save(out, kind="png", scale=max(1, PRINTED_DOTS // code.symbol_size()[0]))
    return out.getvalue()


@lru_cache(maxsize=64)
def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error=LEVEL)
