"""The team's pages and the public page are one family: what they share has one value."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[1] / "static" / "css"
ROLES = ("paper", "ink", "soft", "line", "edge", "accent", "on-accent", "tint", "stop")
TEXT_PAIRS = (
    ("ink", "paper"),
    ("soft", "paper"),
    ("soft", "ground"),
    ("soft", "tint"),
    ("accent", "paper"),
    ("accent", "ground"),
    ("on-accent", "accent"),
    ("on-stop", "stop"),
    ("go", "paper"),
    ("iterate", "paper"),
    ("stop", "paper"),
    ("ink", "mark"),
    ("ink", "add"),
    ("ink", "del"),
)


def properties(file: str, scheme: str) -> dict[str, str]:
    """The custom properties that a style sheet gives in the light or the dark scheme."""
    light, _, rest = (CSS / file).read_text(encoding="utf-8").partition("@media (prefers-color")
    dark = rest.partition("}")[0]
    found = dict(re.findall(r"--([\w-]+):\s*([^;]+);", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+):\s*([^;]+);", dark))
    return found


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", [*ROLES, "serif", "sans", "radius"])
def test_the_public_page_has_the_same_value_for_each_role_as_the_team_pages(role, scheme):
    assert properties("public.css", scheme)[role] == properties("base.css", scheme)[role]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_stands_out_from_its_ground(front, back, scheme):
    colours = properties("base.css", scheme)

    assert contrast(colours[front], colours[back]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_control_stands_out_from_paper(scheme):
    colours = properties("base.css", scheme)

    assert contrast(colours["edge"], colours["paper"]) >= 3


@pytest.mark.parametrize("file", sorted(file.name for file in CSS.glob("*.css")))
def test_every_property_that_is_used_is_given(file):
    text = (CSS / file).read_text(encoding="utf-8")
    given = properties("base.css", "dark") | dict.fromkeys(re.findall(r"--([\w-]+):", text), "")

    assert set(re.findall(r"var\(--([\w-]+)\)", text)) - set(given) == set()
