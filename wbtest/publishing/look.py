"""How a page looks: one of a few themes, and a brand of four values. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Look:
    """The looks of a page; '' is the theme's own. Pictures are named by their digest."""

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
