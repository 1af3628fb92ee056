"""The picture that a link to a page is shown with elsewhere, and the icon of a home screen: PNG.

The picture has the mosaic, the product's name, and the headline in the page's typeface. Both follow
from the page alone, so they're drawn at a process's first request for them. Imports PIL.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from wbtest.publishing.mosaic import Tile, glyph, tiles
from wbtest.publishing.page_design import family_of, palette
from wbtest.publishing.typefaces import FAMILIES, cut_typeface, typeface_path

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

    from wbtest.publishing.page_copy import PageCopy

WIDTH, HEIGHT = 1200, 630
# The mosaic has so many tiles beside and above each other at the end of the picture.
COLUMNS, ROWS = 5, 7
SIDE = HEIGHT // ROWS
MARGIN = 56
# What is left beside the mosaic for words.
TEXT_WIDTH = WIDTH - COLUMNS * SIDE - 2 * MARGIN
# Drawn so much larger and made smaller, so that curves have no steps.
FINE = 3
LARGEST_TYPE, SMALLEST_TYPE, NAME_TYPE = 88, 40, 42
LINE_HEIGHT = 1.04
MOST_LINES = 5
COLOURS = 128
# Of an icon's side. Home screens cut off the corners.
LOGO_SHARE = 0.8


@lru_cache(maxsize=64)
def draw_share_image(page: PageCopy) -> bytes:
    """Return the page's share image as PNG.

    Where none of our typefaces has the letters of the headline, it is a mosaic without words.
    """
    from PIL import Image, ImageDraw

    colours = palette(page.look, "light")
    image = Image.new("RGB", (WIDTH, HEIGHT), colours["paper"])
    family = _family_with(page)
    columns = COLUMNS if family else -(-WIDTH // SIDE)
    picture = Image.new("RGB", (columns * SIDE * FINE, HEIGHT * FINE))
    for tile in tiles(page.product, columns, ROWS, page.look.salt):
        _draw_tile(ImageDraw.Draw(picture), tile, colours, SIDE * FINE)
    picture = picture.resize((columns * SIDE, HEIGHT), Image.Resampling.LANCZOS)
    image.paste(picture, (WIDTH - columns * SIDE, 0))
    if family:
        _write(ImageDraw.Draw(image), page, family, colours["ink"])
    return _png(image)


@lru_cache(maxsize=64)
def draw_icon(page: PageCopy, side: int = 180, logo: bytes = b"") -> bytes:
    """Return the product's glyph as a square PNG, for a home screen or a tab.

    ``logo``, a file of ours, takes its place; what is clear in it gets the colour of a card.
    """
    from PIL import Image, ImageDraw, ImageOps

    if logo:
        image = Image.new("RGB", (side, side), palette(page.look, "light")["card"])
        with Image.open(BytesIO(logo)) as opened:
            inner = round(side * LOGO_SHARE)
            small = ImageOps.contain(opened.convert("RGBA"), (inner, inner))
        image.paste(small, ((side - small.width) // 2, (side - small.height) // 2), small)
        return _png(image)
    large = side * FINE
    image = Image.new("RGB", (large, large))
    tile = glyph(page.product, page.look.salt)
    colours = palette(page.look, "light")
    ImageDraw.Draw(image).rectangle((0, 0, large, large), fill=colours[f"c{tile.ground}"])
    shape = Image.new("RGB", (large, large), colours[f"c{tile.ground}"])
    _draw_tile(ImageDraw.Draw(shape), tile, colours, large)
    inner = round(large * 0.7)
    image.paste(shape.resize((inner, inner)), ((large - inner) // 2,) * 2)
    return _png(image.resize((side, side), Image.Resampling.LANCZOS))


@lru_cache(maxsize=16)
def draw_logo(picture: bytes, width: int, height: int) -> bytes:
    """Return a founder's picture, a file of ours, as a PNG of this size; what is clear stays so."""
    from PIL import Image

    with Image.open(BytesIO(picture)) as opened:
        image = opened.convert("RGBA").resize((width, height), Image.Resampling.LANCZOS)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    from PIL import Image

    # Six colours and the steps between them: with so many a file has a third of the size.
    # The only method that keeps what is clear.
    method = Image.Quantize.FASTOCTREE if image.mode == "RGBA" else None
    few = image.quantize(COLOURS, method, dither=Image.Dither.NONE)
    file = BytesIO()
    few.save(file, "PNG", optimize=True)
    return file.getvalue()


def _family_with(page: PageCopy) -> str:
    """The page's own family, or the first that has all letters; '' for none."""
    letters = "".join(sorted(set(page.headline + page.product) - {" ", "\n"}))
    return next(
        (key for key in (family_of(page.look), *FAMILIES) if cut_typeface(key, letters)), ""
    )


def _draw_tile(draw: ImageDraw, tile: Tile, colours: dict[str, str], side: int) -> None:
    """Draw a tile as ``mosaic.PATHS`` says, each side so many px long."""
    x, y = tile.column * side, tile.row * side
    right, low, half = x + side, y + side, side // 2
    colour = colours[f"c{tile.colour}"]
    draw.rectangle((x, y, right, low), fill=colours[f"c{tile.ground}"])
    if tile.shape == "quarter":
        # The corner that the quarter's circle has its middle in, by turn.
        corner, angle = [((x, y), 0), ((right, y), 90), ((right, low), 180), ((x, low), 270)][
            tile.turn
        ]
        box = (corner[0] - side, corner[1] - side, corner[0] + side, corner[1] + side)
        draw.pieslice(box, angle, angle + 90, fill=colour)
    elif tile.shape == "leaf":
        rounded = (False, True, False, True) if tile.turn == 0 else (True, False, True, False)
        draw.rounded_rectangle((x, y, right, low), half, colour, corners=rounded)
    elif tile.shape == "disc":
        draw.ellipse((x, y, right, low), fill=colour)
    else:
        for top in (y, y + half):
            draw.pieslice((x, top - half, right, top + half), 0, 180, fill=colour)
    if tile.dot is not None:
        middle, radius = (x + half, y + half), side // 5
        box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
        draw.ellipse(box, fill=colours[f"c{tile.dot}"])


def _write(draw: ImageDraw, page: PageCopy, family: str, ink: str) -> None:
    """Write the name at the top and the headline at the foot, as large as it fits."""
    from PIL import ImageFont

    path = str(typeface_path(family))
    small = ImageFont.truetype(path, NAME_TYPE)
    draw.text((MARGIN, MARGIN), _shortened(page.product, small), ink, small)
    size, lines = fitted_lines(page.headline, family)
    font = ImageFont.truetype(path, size)
    step = round(size * LINE_HEIGHT)
    top = HEIGHT - MARGIN - step * len(lines)
    for number, line in enumerate(lines):
        draw.text((MARGIN, top + number * step), line, ink, font)


def fitted_lines(text: str, family: str) -> tuple[int, list[str]]:
    """Return the largest size in px in which a headline fits below the name, and its lines.

    “…” stands for what does not fit in the smallest size either.
    """
    from PIL import ImageFont

    room = HEIGHT - 3 * MARGIN - NAME_TYPE
    for size in range(LARGEST_TYPE, SMALLEST_TYPE - 1, -4):
        font = ImageFont.truetype(str(typeface_path(family)), size)
        most = min(MOST_LINES, int(room / (size * LINE_HEIGHT)))
        lines = _wrapped(text, font)
        if len(lines) <= most and all(font.getlength(line) <= TEXT_WIDTH for line in lines):
            return size, lines
    if len(lines) > most:
        lines[most - 1] += "…"
    return size, [_shortened(line, font) for line in lines[:most]]


def _wrapped(text: str, font: FreeTypeFont) -> list[str]:
    """The text in lines that fit beside the mosaic; a word too long has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= TEXT_WIDTH:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _shortened(line: str, font: FreeTypeFont) -> str:
    """The line as far as it fits beside the mosaic; “…” stands for the rest."""
    if font.getlength(line) <= TEXT_WIDTH:
        return line
    line = line.rstrip("…")
    while font.getlength(f"{line}…") > TEXT_WIDTH:
        line = line[:-1].rstrip()
    return f"{line}…"
