"""How a page looks: layouts, palettes, a brand of a few values, and pictures by their names. Pure.

Nothing that a person typed becomes style: the lines are put together from our own files and a
colour that is ``#rrggbb`` or is left out. A look changes custom properties that the style sheets
name. A picture's name is its digest and size, so a page can show one without a query.
"""

import re
import tomllib
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from wbtest.publishing.contrast import (
    ENOUGH_CONTRAST,
    is_colour,
    lowest_contrast,
    nearest_shade,
)
from wbtest.publishing.typefaces import FAMILIES, TEXT
from wbtest.store import Invalid
from wbtest.writing.text_rules import find_fault, on_one_line

LARGEST = 10 * 1024 * 1024
# A picture is kept in these widths, and never larger than it came.
WIDTHS = (640, 1280)
TALLEST = 1600
# A founder's photo is cut to a square of this side, three times what a page shows.
PHOTO_SIDE = 192
# The fields of a look that name a picture.
PICTURES = ("logo", "hero", "photo")
# From this shape on a logo is taken for a word mark, which says the name itself.
WORD_MARK = 2.2
_NAME = re.compile(r"([0-9a-f]{64})-([1-9]\d{0,3})x([1-9]\d{0,3})")
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")
LONGEST_ALT = 300
# What stands on a button, whichever the accent leaves more contrast to.
ON_ACCENT = ("#ffffff", "#0b0d12")
MOST_SALT = 9999


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


def find_icon(name: str) -> Picture | None:
    """Return the logo of this name where it can be an icon: a word mark can't be read so small."""
    logo = read_name(name)
    return logo if logo and not logo.is_word_mark else None


class Layout(NamedTuple):
    """A layout: its name and what it's good for, and the family of its headings."""

    name: str
    told: str
    family: str


class Palette(NamedTuple):
    """A palette: its name, and the colours by role, for light and for dark."""

    name: str
    light: Mapping[str, str]
    dark: Mapping[str, str]

    def colours(self, scheme: Scheme) -> Mapping[str, str]:
        """The colours by role."""
        return self.light if scheme == "light" else self.dark


class Corner(NamedTuple):
    """How round cards and fields are; buttons follow."""

    name: str
    radius: str


LAYOUTS: Mapping[str, Layout] = {
    "mosaic": Layout("Mosaic", "A picture made from the name.", "instrument"),
    "cards": Layout("Story cards", "Before, with it, after.", "bricolage"),
    "post": Layout("Post", "Reads as an article.", "newsreader"),
    "plain": Layout("Plain", "Words only, under 8 KB.", "device"),
}
CORNERS: Mapping[str, Corner] = {
    "sharp": Corner("Sharp", "0px"),
    "soft": Corner("Soft", "14px"),
    "round": Corner("Round", "26px"),
}


def _read_palettes() -> dict[str, Palette]:
    text = Path(__file__).with_name("palettes.toml").read_text(encoding="utf-8")
    file = tomllib.loads(text)
    roles = file.pop("roles").split()
    return {
        key: Palette(
            values["name"],
            *(
                {
                    role: f"#{colour}"
                    for role, colour in zip(roles, values[scheme].split(), strict=True)
                }
                for scheme in SCHEMES
            ),
        )
        for key, values in file.items()
    }


PALETTES: Mapping[str, Palette] = _read_palettes()


# What a look may hold in these fields; a family of '' is the layout's.
CHOICES: Mapping[str, Collection[str]] = {
    "layout": LAYOUTS,
    "palette": PALETTES,
    "family": ("", *FAMILIES),
    "corner": CORNERS,
}


class NotALook(Invalid):
    """A look that a page cannot have; ``field`` names what to fix, the text says how.

    ``offer`` is a colour that would do, or ''.
    """

    def __init__(self, field: str, sentence: str, offer: str = "") -> None:
        super().__init__(field, sentence)
        self.offer = offer


@dataclass(frozen=True, slots=True)
class Look:
    """The looks of a page. An ``accent`` of '' is the palette's, a ``family`` of '' the layout's.

    ``salt`` picks another mosaic for the same name. Pictures are named by digest and size; the
    ``photo`` is the founder's, beside their quote.
    """

    layout: str = "mosaic"
    palette: str = "kitchen"
    accent: str = ""
    family: str = ""
    corner: str = "soft"
    salt: str = ""
    logo: str = ""
    hero: str = ""
    hero_alt: str = ""
    photo: str = ""


USUAL = Look()


def to_json(look: Look) -> dict[str, str]:
    """Return what is not as usual; ``from_json`` gives the same back."""
    usual = asdict(USUAL)
    return {name: value for name, value in asdict(look).items() if value != usual[name]}


def from_json(values: Mapping[str, Any]) -> Look:
    """Return the look, without names that a look does not know."""
    known = {entry.name for entry in fields(Look)}
    return Look(**{name: str(value) for name, value in values.items() if name in known})


def look_of_query(look: Look, values: Mapping[str, str]) -> Look:
    """Return the look with what a preview's address asks for in its place."""
    return replace(
        look, **{each.name: values[each.name] for each in fields(Look) if each.name in values}
    )


def check_look(look: Look) -> Look:
    """Return the look as it is kept. Raises NotALook for the first thing that a page cannot have.

    An accent must have enough contrast as text on the light page. On the dark one a lighter shade
    of it takes its place where it has not, since no colour has enough on white and on black.
    """
    kept = without_slips(look)
    for fault in faults_of(kept):
        raise fault
    return kept


def without_slips(look: Look) -> Look:
    """Return the look as it was meant: no spaces around, no capitals, no words about no picture."""
    alt = on_one_line(look.hero_alt).strip() if look.hero else ""
    return replace(look, accent=look.accent.strip().lower(), hero_alt=alt)


def find_faults(look: Look) -> list[str]:
    """Return what must be fixed before strangers see the look, a sentence each; [] for nothing."""
    return [str(fault) for fault in faults_of(look)]


def faults_of(look: Look) -> Iterator[NotALook]:
    """Yield everything that a page cannot have, at its field."""
    for field, known in CHOICES.items():
        if getattr(look, field) not in known:
            yield NotALook(field, f"Choose a {field} from the list.")
    if look.salt and not (look.salt.isascii() and look.salt.isdigit() and len(look.salt) <= 4):
        yield NotALook("salt", f"Enter a number from 1 to {MOST_SALT:,}.")
    if look.accent:
        yield from _faults_of_accent(look)
    for field in PICTURES:
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
    grounds = _grounds(look, "light")
    found = lowest_contrast(look.accent, grounds)
    if found < ENOUGH_CONTRAST:
        shade = nearest_shade(look.accent, grounds)
        # Never rounded up to what would be enough.
        told = f"{look.accent} has a contrast of {int(found * 10) / 10:.1f} to 1 on this page"
        offer = f"The nearest shade that passes is {shade}."
        yield NotALook("accent", f"{told}; links need {ENOUGH_CONTRAST:g}. {offer}", shade)


def family_of(look: Look) -> str:
    """Return the key of the family that headings are set in."""
    if look.family in FAMILIES:
        return look.family
    return LAYOUTS.get(look.layout, LAYOUTS[USUAL.layout]).family


def palette(look: Look, scheme: Scheme) -> dict[str, str]:
    """Return the page's colours by role, with those that follow from its accent."""
    colours = dict(_palette_of(look).colours(scheme))
    if is_colour(look.accent):
        accent = nearest_shade(look.accent, _grounds(look, scheme))
        on_accent = max(ON_ACCENT, key=lambda text: lowest_contrast(text, (accent,)))
        colours |= {"accent": accent, "on-accent": on_accent, "c3": accent}
    return colours


def _palette_of(look: Look) -> Palette:
    return PALETTES.get(look.palette, PALETTES[USUAL.palette])


def _grounds(look: Look, scheme: Scheme) -> tuple[str, ...]:
    """What links stand on: the page, a card, and the tint behind a part of it."""
    colours = _palette_of(look).colours(scheme)
    return colours["paper"], colours["card"], colours["tint"]


@lru_cache(maxsize=256)
def css_of(look: Look, typeface: bytes = b"") -> str:
    """Return the look as a style sheet: its typeface, colours, and how headings are set.

    ``typeface`` is the family cut to the page's letters; without it headings take the device's own
    font. A value that is none of ours is left out.
    """
    family = FAMILIES[family_of(look) if typeface else "device"]
    stack = f"Display,{family.fallback}" if typeface else TEXT
    lines = palette(look, "light") | {
        "display": stack,
        "text": TEXT,
        "weight": str(family.weight),
        "tight": f"{family.tight:g}em",
        "scale": f"{family.scale:g}",
        "r": CORNERS.get(look.corner, CORNERS[USUAL.corner]).radius,
    }
    dark = f"@media(prefers-color-scheme:dark){{{_rule(palette(look, 'dark'))}}}"
    return _font_face(typeface, family.weight) + _rule(lines) + dark


def _font_face(typeface: bytes, weight: int) -> str:
    if not typeface:
        return ""
    data = b64encode(typeface).decode()
    source = f"url(data:font/woff2;base64,{data})"
    return f"@font-face{{font-family:Display;font-weight:{weight};src:{source}}}"


def _rule(properties: Mapping[str, str]) -> str:
    return ":root{" + "".join(f"--{name}:{value};" for name, value in properties.items()) + "}"
