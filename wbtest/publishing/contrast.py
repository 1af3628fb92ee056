"""Whether a colour can be read on another, and the nearest shade that can. Pure.

Contrast is that of WCAG 2.2, success criterion 1.4.3. A colour is ``#rrggbb`` in small letters.
"""

import re
from collections.abc import Sequence
from colorsys import hls_to_rgb, rgb_to_hls

# WCAG 2.2, success criterion 1.4.3: text up to 24 px.
ENOUGH_CONTRAST = 4.5
STEPS = 255
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    """Whether this is a colour as ``#rrggbb`` in small letters."""
    return _COLOUR.fullmatch(text) is not None


def contrast_ratio(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it, from 1 to 21.

    >>> contrast_ratio("#000000", "#ffffff")
    21.0
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def lowest_contrast(colour: str, grounds: Sequence[str]) -> float:
    """Return the smallest contrast of a colour with any of the grounds."""
    return min(contrast_ratio(colour, ground) for ground in grounds)


def nearest_shade(colour: str, grounds: Sequence[str]) -> str:
    """Return the shade of the same hue, darker or lighter, that is nearest and has enough contrast.

    That is the colour itself when it has enough already.

    >>> nearest_shade("#ffd400", ["#ffffff"])
    '#8b7400'
    """
    red, green, blue = (part / STEPS for part in colour_parts(colour))
    hue, lightness, saturation = rgb_to_hls(red, green, blue)
    for step in range(STEPS + 1):
        for moved in (lightness - step / STEPS, lightness + step / STEPS):
            if step and not 0 <= moved <= 1:
                continue
            shade = colour if not step else _hex(hls_to_rgb(hue, moved, saturation))
            if lowest_contrast(shade, grounds) >= ENOUGH_CONTRAST:
                return shade
    # The last steps before the ends of the scale: black or white, whichever stands out more.
    return max("#000000", "#ffffff", key=lambda end: lowest_contrast(end, grounds))


def colour_parts(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _hex(parts: Sequence[float]) -> str:
    return "#" + bytes(round(STEPS * part) for part in parts).hex()


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1."""
    shares = [part / STEPS for part in colour_parts(colour)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
