"""The themes a page can have, the fonts and the corners: constants, all of them ours. Pure.

What a theme or a brand changes are custom properties that ``public.css`` names.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")
# The properties of a palette, in the order in which a theme gives them.
ROLES = ("paper", "ink", "soft", "line", "edge", "accent", "on-accent", "tint", "stop", "deep")
SERIF = (
    '"Iowan Old Style",Charter,"Bitstream Charter","Source Serif 4","Noto Serif",Cambria,Georgia,'
    "serif"
)
SANS = 'system-ui,-apple-system,"Segoe UI","Noto Sans","Helvetica Neue",sans-serif'


class Theme(NamedTuple):
    """A theme: its name for people, a sentence, two palettes, and its own font and corner."""

    name: str
    told: str
    light: Mapping[str, str]
    dark: Mapping[str, str]
    font: str
    corner: str
    # Behind the top of the page: nothing, or a light that fades.
    sky: str = ""

    def palette(self, scheme: Scheme) -> Mapping[str, str]:
        """The colours by role."""
        return self.light if scheme == "light" else self.dark


class Font(NamedTuple):
    """Stacks of fonts that devices have: what headings and prose are set in, and the rest."""

    name: str
    display: str
    text: str = SANS
    weight: int = 600
    tight: str = "-0.022em"


class Corner(NamedTuple):
    """How round fields and buttons are, and the large grounds."""

    name: str
    control: str
    card: str


def _palette(colours: str) -> Mapping[str, str]:
    return dict(zip(ROLES, (f"#{colour}" for colour in colours.split()), strict=True))


THEMES: Mapping[str, Theme] = {
    "": Theme(
        "Paper",
        "White, with a serif and ink blue.",
        _palette("ffffff 15181e 565e6c e2e5ea 868e9c 1b46c2 ffffff eef2fd b3261e 15181e"),
        _palette("15171b e8eaee a0a8b6 2b2f37 6d7583 93b0ff 0b1230 1a2138 ff8b82 20252f"),
        "serif",
        "soft",
    ),
    "ink": Theme(
        "Ink",
        "Black on white, square and loud.",
        _palette("ffffff 0a0a0a 525252 0a0a0a 7d7d7d 111111 ffffff f3f3f3 b3261e 0a0a0a"),
        _palette("0a0a0a f6f6f6 a8a8a8 5c5c5c 757575 f6f6f6 0a0a0a 181818 ff8b82 1d1d1d"),
        "sans",
        "sharp",
    ),
    "field": Theme(
        "Field",
        "Quiet greens, for what grows slowly.",
        _palette("f9faf5 18221b 4e5b50 dde2d5 7b877a 1e6740 ffffff eaf0e1 a8281f 16301f"),
        _palette("111813 e6ebe2 a3afa2 28332a 6d7b6f 86cf9b 08200f 1a261d ff8f84 1f3025"),
        "serif",
        "soft",
    ),
    "dawn": Theme(
        "Dawn",
        "Warm light and round corners.",
        _palette("fffaf5 2b1a20 6b5559 f0e1d8 957d7c ab2d57 ffffff fdeee4 b3261e 3a1828"),
        _palette("1a1215 f5e9ea bda7aa 36272c 8a6f74 ff9fb8 3a0a1a 2a1b20 ff8f84 36202a"),
        "rounded",
        "round",
        "linear-gradient(var(--tint),var(--paper) 44rem)",
    ),
}
FONTS: Mapping[str, Font] = {
    "serif": Font("Serif", SERIF),
    "sans": Font("Sans-serif", SANS, weight=700, tight="-0.03em"),
    "humanist": Font(
        "Humanist",
        'Optima,Candara,"Gill Sans Nova","Gill Sans","Noto Sans",source-sans-pro,sans-serif',
        'Seravek,"Gill Sans Nova",Ubuntu,Calibri,"Noto Sans",source-sans-pro,sans-serif',
    ),
    "rounded": Font(
        "Rounded",
        'ui-rounded,"Hiragino Maru Gothic ProN",Quicksand,Manjari,"Arial Rounded MT Bold",'
        "Calibri,system-ui,sans-serif",
        'ui-rounded,"Hiragino Maru Gothic ProN",Quicksand,Manjari,Calibri,system-ui,sans-serif',
        weight=700,
        tight="-0.015em",
    ),
    "slab": Font(
        "Slab serif",
        'Rockwell,"Rockwell Nova","Roboto Slab","DejaVu Serif","Sitka Small",Georgia,serif',
    ),
    "mono": Font(
        "Typewriter",
        'ui-monospace,"Cascadia Mono","SF Mono",Menlo,"Noto Sans Mono",monospace',
        tight="-0.04em",
    ),
}
CORNERS: Mapping[str, Corner] = {
    "sharp": Corner("Sharp", "0", "0"),
    "soft": Corner("Soft", "10px", "20px"),
    "round": Corner("Round", "1.75rem", "28px"),
}
