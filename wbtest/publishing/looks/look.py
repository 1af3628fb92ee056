"""How a page looks: one of a few themes, and a brand of four values. Pure.

Nothing that a person typed becomes style: the lines are put together from constants and a colour
that is ``#rrggbb`` or is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from typing import Any

from wbtest.publishing.looks.contrast import ENOUGH, is_colour, lowest, nearest_shade
from wbtest.publishing.looks.pictures import read_name
from wbtest.publishing.looks.themes import CORNERS, FONTS, THEMES, Scheme, Theme
from wbtest.writing.text_rules import find_fault, on_one_line

LONGEST_ALT = 300
# What stands on a button, whichever the accent leaves more contrast to.
ON_ACCENT = ("#ffffff", "#0b0d12")


class NotALook(ValueError):
    """A look that a page cannot have; ``field`` names what to mend, the text says how.

    ``offer`` is a colour that would do, or ''.
    """

    def __init__(self, field: str, sentence: str, offer: str = "") -> None:
        super().__init__(sentence)
        self.field = field
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


def check(look: Look) -> Look:
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
    """Return what must be mended before strangers see the look, a sentence each; [] for nothing."""
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
        yield NotALook("hero_alt", "Say what the picture shows, for those who cannot see it.")
    if fault := find_fault(look.hero_alt, LONGEST_ALT):
        yield NotALook("hero_alt", fault)


def _faults_of_accent(look: Look) -> Iterator[NotALook]:
    if not is_colour(look.accent):
        yield NotALook("accent", "Write a colour as # and six digits or letters a to f: #1b46c2.")
        return
    grounds = _grounds(THEMES.get(look.theme, THEMES[""]), "light")
    found = lowest(look.accent, grounds)
    if found < ENOUGH:
        shade = nearest_shade(look.accent, grounds)
        # Never rounded up to what would be enough.
        told = f"{look.accent} has a contrast of {int(found * 10) / 10:.1f} to 1 on this page"
        offer = f"The nearest shade that passes is {shade}."
        yield NotALook("accent", f"{told}; links need {ENOUGH:g}. {offer}", shade)


def palette(look: Look, scheme: Scheme) -> dict[str, str]:
    """Return the page's colours by role, with those that follow from its accent."""
    theme = THEMES.get(look.theme, THEMES[""])
    colours = dict(theme.palette(scheme))
    if is_colour(look.accent):
        accent = nearest_shade(look.accent, _grounds(theme, scheme))
        on_accent = max(ON_ACCENT, key=lambda text: lowest(text, (accent,)))
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
