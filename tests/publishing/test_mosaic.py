"""The picture that a page has from nothing but its product's name."""

import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtest.publishing.mosaic import (
    COLOURS,
    glyph,
    glyph_paths,
    icon_of,
    mosaic,
    step_picture,
    tiles,
)
from wbtest.publishing.page_design import Look, palette

NAMES = st.text(max_size=40)
SALTS = st.integers(0, 9999).map(str)


def test_the_same_name_gives_the_same_picture():
    assert mosaic("Larder", 12, 4) == mosaic.__wrapped__("Larder", 12, 4)
    assert step_picture("Larder", 1) == step_picture.__wrapped__("Larder", 1)


def test_another_name_gives_another_picture():
    assert mosaic("Larder", 12, 4) != mosaic("Kiln", 12, 4)


def test_a_salt_gives_the_same_name_another_picture():
    assert mosaic("Larder", 12, 4, "7") != mosaic("Larder", 12, 4)


@settings(max_examples=60)
@given(NAMES, SALTS)
def test_neighbours_never_share_a_ground(name, salt):
    grounds = {(each.row, each.column): each.ground for each in tiles(name, 8, 5, salt)}

    assert len(grounds) == 40
    for (row, column), ground in grounds.items():
        assert grounds.get((row, column + 1)) != ground
        assert grounds.get((row + 1, column)) != ground


@settings(max_examples=60)
@given(NAMES, SALTS)
def test_a_shape_stands_out_from_its_ground_and_a_dot_from_its_disc(name, salt):
    for tile in tiles(name, 8, 5, salt):
        assert tile.colour != tile.ground
        assert tile.dot != tile.colour
        assert {tile.ground, tile.colour, tile.dot or 0} <= {*range(COLOURS)}


def test_a_wider_picture_has_more_tiles_and_no_more_paths():
    assert len(tiles("Larder", 40, 2)) == 80
    # Ground, shape and dot, each in six colours at most.
    assert mosaic("Larder", 40, 2).count("<path") <= 3 * COLOURS


@pytest.mark.parametrize("name", ["Larder", "", "<script>alert(1)</script>", "\"&'", "ラーダー"])
def test_whatever_the_name_a_picture_is_paths_and_nothing_else(name):
    drawn = f"{mosaic(name, 6, 3)}{step_picture(name, 0)}{glyph_paths(name)}"

    assert re.sub(r'<path class="c[0-5]" d="[Mmhvaz\d .-]+"/>', "", drawn) == ""


@pytest.mark.parametrize("index", range(6))
def test_a_step_has_a_ground_of_its_own_and_two_shapes_that_differ(index):
    picture = step_picture("Larder", index)
    colours = re.findall(r'class="(c\d)"', picture)

    assert len({*colours[:3]}) == 3
    assert index == 0 or colours[0] != re.search(r"c\d", step_picture("Larder", index - 1))[0]


def test_more_steps_than_grounds_begin_again():
    assert (
        re.search(r"c\d", step_picture("Larder", 6))[0]
        == re.search(r"c\d", step_picture("Larder", 0))[0]
    )


def test_the_icon_is_the_glyph_in_the_looks_own_colours():
    look = Look(palette="harbour", salt="7")
    kind, _, text = icon_of("Larder", look).partition(",")
    icon = ElementTree.fromstring(unquote(text))
    rect, path = icon

    assert kind == "data:image/svg+xml"
    colours = palette(look, "light")
    assert (rect.get("fill"), path.get("fill")) == (colours["c3"], colours["c2"])
    assert path.get("d") in glyph_paths("Larder", "7")


def test_a_salt_can_change_the_glyph():
    assert len({glyph("Larder", str(salt)) for salt in range(20)}) > 1
