"""How a page looks: themes, a brand of four values, contrast, and pictures by their names. Pure.

Nothing that a person typed becomes style: the lines are put together from constants and a colour
that is ``#rrggbb`` or is left out. A theme or a brand changes custom properties that ``public.css``
names. A picture's name is its digest and size, so a page can show one without a query.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from wbtest.store import Invalid
from wbtest.writing.text_rules import find_fault, on_one_line

LARGEST = 10 * 1024 * 1024
# A picture is kept in these widths, and never larger than it came.
WIDTHS = (640, 1280)
TALLEST = 1600
# From this shape on a logo is taken for a word mark, which says the name itself.
WORD_MARK = 2.2
_NAME = re.compile(r"([0-9a-f]{64})-([1-9]\d{0,3})x([1-9]\d{0,3})")
# WCAG 2.2, success criterion 1.4.3: text up to 24 px.
ENOUGH_CONTRAST = 4.5
STEPS = 255
_COLOUR = re.compile(r"#[0-9a-f]{6}")
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")
# The properties of a palette, in the order in which a theme gives them.
ROLES = ("paper", "ink", "soft", "line", "edge", "accent", "on-accent", "tint", "stop", "deep")
SANS = 'system-ui,-apple-system,"Segoe UI","Noto Sans","Helvetica Neue",sans-serif'
LONGEST_ALT = 300
# What stands on a button, whichever the accent leaves more contrast to.
ON_ACCENT = ("#ffffff", "#0b0d12")


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
    def size(self) -> str:
        """Width and height, for people."""
        return f"{self.width} × {self.height}"

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
    red, green, blue = (part / STEPS for part in _colour_parts(colour))
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


def _colour_parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _hex(parts: Sequence[float]) -> str:
    return "#" + bytes(round(STEPS * part) for part in parts).hex()


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1."""
    shares = [part / STEPS for part in _colour_parts(colour)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


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


_FILE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
THEMES: Mapping[str, Theme] = {
    key: Theme(**each | {scheme: _palette(each[scheme]) for scheme in SCHEMES})
    for key, each in _FILE["themes"].items()
}
FONTS: Mapping[str, Font] = {key: Font(**each) for key, each in _FILE["fonts"].items()}
CORNERS: Mapping[str, Corner] = {key: Corner(**each) for key, each in _FILE["corners"].items()}


class NotALook(Invalid):
    """A look that a page cannot have; ``field`` names what to fix, the text says how.

    ``offer`` is a colour that would do, or ''.
    """

    def __init__(self, field: str, sentence: str, offer: str = "") -> None:
        super().__init__(field, sentence)
        self.offer = offer


@dataclass(frozen=True, slots=True)
class Look:
    """The looks of a page; '' is the theme's own. Pictures are named by digest and size."""

    theme: str = ""
    accent: str = ""
    font: str = ""
    corner: str = ""
    logo: str = ""
    hero: str = ""
    hero_alt: str = ""


PLAIN = Look()


def to_json(look: Look) -> dict[str, str]:
    """Return what is not the theme's own; ``from_json`` gives the same back."""
    return {name: value for name, value in asdict(look).items() if value}


def from_json(values: Mapping[str, Any]) -> Look:
    """Return the look, without names that a look does not know."""
    known = {entry.name for entry in fields(Look)}
    return Look(**{name: str(value) for name, value in values.items() if name in known})


def check_look(look: Look) -> Look:
    """Return the look as it is kept. Raises NotALook for the first thing that a page cannot have.

    An accent must have enough contrast as text on the light page. On the dark one a lighter shade
    of it takes its place where it has not, since no colour has enough on white and on black.
    """
    alt = on_one_line(look.hero_alt).strip() if look.hero else ""
    kept = replace(look, accent=look.accent.strip().lower(), hero_alt=alt)
    for fault in _faults(kept):
        raise fault
    return kept


def find_faults(look: Look) -> list[str]:
    """Return what must be fixed before strangers see the look, a sentence each; [] for nothing."""
    return [str(fault) for fault in _faults(look)]


def _faults(look: Look) -> Iterator[NotALook]:
    if look.theme not in THEMES:
        yield NotALook("theme", "Choose a theme from the list.")
    if look.font and look.font not in FONTS:
        yield NotALook("font", "Choose a font from the list.")
    if look.corner and look.corner not in CORNERS:
        yield NotALook("corner", "Choose corners from the list.")
    if look.accent:
        yield from _faults_of_accent(look)
    for field in ("logo", "hero"):
        name = getattr(look, field)
        if name and read_name(name) is None:
            yield NotALook(field, "Choose a picture from the list.")
    if look.hero and not look.hero_alt:
        yield NotALook("hero_alt", "Say what the picture shows, for people who can’t see it.")
    if fault := find_fault(look.hero_alt, LONGEST_ALT):
        yield NotALook("hero_alt", fault)


def _faults_of_accent(look: Look) -> Iterator[NotALook]:
    if not is_colour(look.accent):
        yield NotALook("accent", "Write a colour as # and six digits or letters a to f: #1b46c2.")
        return
    grounds = _grounds(THEMES.get(look.theme, THEMES[""]), "light")
    found = lowest_contrast(look.accent, grounds)
    if found < ENOUGH_CONTRAST:
        shade = nearest_shade(look.accent, grounds)
        # Never rounded up to what would be enough.
        told = f"{look.accent} has a contrast of {int(found * 10) / 10:.1f} to 1 on this page"
        offer = f"The nearest shade that passes is {shade}."
        yield NotALook("accent", f"{told}; links need {ENOUGH_CONTRAST:g}. {offer}", shade)


def palette(look: Look, scheme: Scheme) -> dict[str, str]:
    """Return the page's colours by role, with those that follow from its accent."""
    theme = THEMES.get(look.theme, THEMES[""])
    colours = dict(theme.palette(scheme))
    if is_colour(look.accent):
        accent = nearest_shade(look.accent, _grounds(theme, scheme))
        on_accent = max(ON_ACCENT, key=lambda text: lowest_contrast(text, (accent,)))
        colours |= {"accent": accent, "on-accent": on_accent}
    return colours


@lru_cache(maxsize=1024)
def css_of(look: Look) -> str:
    """Return the custom properties of the look as a style sheet, '' for the usual look.

    Only what differs from the usual; a value that is none of ours is left out.
    """
    usual = THEMES[""]
    theme = THEMES.get(look.theme, usual)
    font = FONTS.get(look.font, FONTS[theme.font])
    corner = CORNERS.get(look.corner, CORNERS[theme.corner])
    lines = _differing(palette(look, "light"), usual.light)
    if font is not FONTS[usual.font]:
        lines |= {"serif": font.display, "sans": font.text, "weight": str(font.weight)}
        lines["tight"] = font.tight
    if corner is not CORNERS[usual.corner]:
        lines |= {"radius": corner.control, "radius-card": corner.card}
    lines |= {"sky": theme.sky} if theme.sky else {}
    dark = _differing(palette(look, "dark"), usual.dark)
    # Light lines come after the dark ones of the page's own style, so dark ones follow once more.
    again = {name: usual.dark[name] for name in lines if name in usual.dark} | dark
    sheet = _rule(lines) if lines else ""
    return sheet + (f"@media(prefers-color-scheme:dark){{{_rule(again)}}}" if again else "")


def _differing(colours: Mapping[str, str], usual: Mapping[str, str]) -> dict[str, str]:
    return {name: colour for name, colour in colours.items() if colour != usual[name]}


def _rule(properties: Mapping[str, str]) -> str:
    return ":root{" + "".join(f"--{name}:{value};" for name, value in properties.items()) + "}"


def _grounds(theme: Theme, scheme: Scheme) -> tuple[str, str]:
    """What links stand on: the page, and the tint behind a part of it."""
    colours = theme.palette(scheme)
    return colours["paper"], colours["tint"]
