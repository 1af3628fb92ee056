"""The style sheets: text of the team's pages can be read, and every property has a value."""

import re
from pathlib import Path

import pytest

from wbtest.audience.page_renderer import AROUND, compress, minify
from wbtest.publishing.page_design import LAYOUTS, USUAL, css_of

CSS = Path(__file__).parents[1] / "static" / "css"
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
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_stands_out_from_its_ground(front, back, scheme):
    colours = properties("base.css", scheme)

    assert contrast(colours[front], colours[back]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_control_stands_out_from_paper(scheme):
    colours = properties("base.css", scheme)

    assert contrast(colours["edge"], colours["paper"]) >= 3


@pytest.mark.parametrize(
    "file", sorted(file.name for file in CSS.glob("*.css") if not file.name.startswith("public"))
)
def test_every_property_that_is_used_is_given(file):
    text = (CSS / file).read_text(encoding="utf-8")

    assert used_in(text) - set(properties("base.css", "dark")) - given_in(text) == set()


@pytest.mark.parametrize("name", [*LAYOUTS, AROUND])
def test_every_property_that_a_public_page_uses_is_given(name):
    text = "".join(
        (CSS / file).read_text(encoding="utf-8") for file in ("public.css", f"public-{name}.css")
    )

    assert used_in(text) - given_in(css_of(USUAL)) - given_in(text) == set()


def test_every_sheet_of_public_pages_is_that_of_a_layout_or_of_the_pages_around():
    assert {file.stem for file in CSS.glob("public-*.css")} == {
        f"public-{name}" for name in (*LAYOUTS, AROUND)
    }


@pytest.mark.parametrize("name", [*LAYOUTS, AROUND])
def test_a_style_sheet_of_a_public_page_is_a_small_part_of_it(name):
    text = minify(
        "".join(
            (CSS / file).read_text(encoding="utf-8")
            for file in ("public.css", f"public-{name}.css")
        )
    )

    assert len(compress(text.encode())) < 3_600


def used_in(css: str) -> set[str]:
    """The custom properties that a style sheet cannot do without."""
    return set(re.findall(r"var\(--([\w-]+)\)", css))


def given_in(css: str) -> set[str]:
    """The custom properties that a style sheet gives."""
    return set(re.findall(r"--([\w-]+):", css))
