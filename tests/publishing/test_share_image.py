"""The picture that a link to a page is shown with elsewhere, and the icon of a home screen."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from PIL.ImageFont import truetype

from tests.factories import LARDER
from wbtest.publishing.page_copy import PageCopy, build_copy
from wbtest.publishing.page_design import PALETTES, Look, palette
from wbtest.publishing.share_image import (
    COLUMNS,
    HEIGHT,
    LINE_HEIGHT,
    MARGIN,
    MOST_LINES,
    NAME_TYPE,
    SIDE,
    TEXT_WIDTH,
    WIDTH,
    draw_icon,
    draw_share_image,
    fitted_lines,
)
from wbtest.publishing.typefaces import typeface_path

PAGE = build_copy(LARDER)
# Where the mosaic begins.
EDGE = WIDTH - COLUMNS * SIDE


def page_with(**parts: str) -> PageCopy:
    return build_copy(replace(LARDER, **parts))


def drawn(page: PageCopy) -> Image.Image:
    image = Image.open(BytesIO(draw_share_image(page)))
    assert image.format == "PNG"
    return image.convert("RGB")


def test_a_share_image_is_as_large_as_networks_ask_for():
    assert drawn(PAGE).size == (1200, 630)


def test_the_same_page_gives_the_same_bytes():
    assert draw_share_image.__wrapped__(PAGE) == draw_share_image.__wrapped__(PAGE)
    assert draw_icon.__wrapped__(PAGE) == draw_icon.__wrapped__(PAGE)


@pytest.mark.parametrize(
    "change",
    [
        {"headline": "Dinner from a photo"},
        {"product": "Pantry"},
        {"look": Look(palette="dawn")},
        {"look": Look(salt="7")},
        {"look": Look(family="newsreader")},
    ],
)
def test_what_a_page_says_and_how_it_looks_is_in_its_picture(change):
    assert draw_share_image(replace(PAGE, **change)) != draw_share_image(PAGE)


def test_words_stand_on_paper_beside_the_mosaic():
    image = drawn(PAGE)

    words = image.crop((0, 0, EDGE, HEIGHT))
    assert nearly(image.getpixel((4, 4)), palette(PAGE.look, "light")["paper"])
    assert darkest(words) < 150
    assert len(image.crop((EDGE + 8, 0, WIDTH, HEIGHT)).getcolors(WIDTH * HEIGHT)) > 5


def test_a_headline_in_arabic_gives_a_picture_without_words():
    arabic = page_with(product="الخزانة", headline="خمس وجبات عشاء مما في مطبخك", language="ar")
    image = drawn(arabic)

    # No column is left for words: the mosaic begins at the first.
    assert len(image.crop((0, 0, EDGE, HEIGHT)).getcolors(WIDTH * HEIGHT)) > 5
    assert draw_share_image(arabic) == draw_share_image(replace(arabic, headline="عشاء"))


@pytest.mark.parametrize(
    "headline",
    [
        "Dinner",
        "Five weeknight dinners from what is already in your kitchen",
        "So long a headline that it says all " * 8,
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
        "x" * 300,
    ],
)
def test_a_headline_fits_into_its_place_however_long(headline):
    size, lines = fitted_lines(headline, "newsreader")
    font = truetype(str(typeface_path("newsreader")), size)

    assert 1 <= len(lines) <= MOST_LINES
    assert max(font.getlength(line) for line in lines) <= TEXT_WIDTH
    assert len(lines) * size * LINE_HEIGHT <= HEIGHT - 3 * MARGIN - NAME_TYPE


def test_a_headline_that_is_cut_says_so():
    _, lines = fitted_lines("So long a headline that it says all " * 8, "newsreader")

    assert lines[-1].endswith("…")


def test_a_short_headline_is_set_larger_than_a_long_one():
    short, _ = fitted_lines("Dinner", "newsreader")
    long, _ = fitted_lines(LARDER.headline * 3, "newsreader")

    assert short > long


def test_a_long_name_stays_beside_the_mosaic():
    image = drawn(page_with(product="Larder " * 16))

    # What lies between the words and the mosaic stays paper.
    gap = image.crop((EDGE - MARGIN + 4, 0, EDGE - 4, HEIGHT))
    assert darkest(gap) > 200


@pytest.mark.parametrize("key", PALETTES)
def test_every_palette_can_be_drawn_in_a_file_that_is_quickly_fetched(key):
    assert len(draw_share_image(replace(PAGE, look=Look(palette=key)))) < 60_000


def test_an_icon_is_square_and_in_the_looks_own_colours():
    page = replace(PAGE, look=Look(palette="harbour"))
    icon = Image.open(BytesIO(draw_icon(page)))

    assert (icon.format, icon.size) == ("PNG", (180, 180))
    assert nearly(icon.convert("RGB").getpixel((4, 4)), palette(page.look, "light")["c3"])


def nearly(pixel: tuple[int, ...], colour: str) -> bool:
    """Whether a pixel of a picture with few colours is this one."""
    return all(abs(a - b) <= 8 for a, b in zip(pixel, bytes.fromhex(colour[1:]), strict=True))


def darkest(image: Image.Image) -> int:
    """The lowest lightness in the picture, 0 to 255."""
    return image.convert("L").getextrema()[0]
