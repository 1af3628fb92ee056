"""A page's picture, from nothing but its product's name: six shapes in six colours. Pure.

The same name gives the same picture, on the page, in its icon and in the share image. ``salt`` is
what *Shuffle* changes. Colours are the palette's ``--c0`` to ``--c5``, so dark mode needs no second
picture.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from wbtest.publishing.page_design import Look, palette

Shape = Literal["quarter", "leaf", "disc", "bowls"]
COLOURS = 6
# A tile is so wide and high, in the units of a path.
TILE = 10
# Frequent shapes stand here more than once.
SHAPES: tuple[Shape, ...] = (
    *("quarter", "leaf", "disc", "bowls"),
    *("quarter", "leaf", "quarter", "disc"),
)
# Each shape as SVG path data, once for each turn; x, y is the tile's first corner, X, Y its last.
PATHS: dict[Shape, tuple[str, ...]] = {
    "quarter": (
        "M{x} {y}h10a10 10 0 0 1-10 10z",
        "M{X} {y}v10a10 10 0 0 1-10-10z",
        "M{X} {Y}h-10a10 10 0 0 1 10-10z",
        "M{x} {Y}v-10a10 10 0 0 1 10 10z",
    ),
    "leaf": (
        "M{x} {y}h5a5 5 0 0 1 5 5v5h-5a5 5 0 0 1-5-5z",
        "M{X} {y}h-5a5 5 0 0 0-5 5v5h5a5 5 0 0 0 5-5z",
    ),
    "disc": ("M{x} {m}a5 5 0 1 1 10 0a5 5 0 1 1-10 0",),
    "bowls": ("M{x} {y}h10a5 5 0 0 1-10 0zm0 5h10a5 5 0 0 1-10 0z",),
}
DOT = "M{d} {m}a2 2 0 1 1 4 0a2 2 0 1 1-4 0"
# Grounds of a step's picture with its two shapes: they go round, so that neighbours differ.
STEP_COLOURS = ((4, 3, 1), (2, 5, 0), (1, 0, 5), (3, 2, 4), (5, 4, 2), (0, 1, 3))


class Tile(NamedTuple):
    """A square of the mosaic: where it is, and the colours, 0 to 5, of ground, shape and dot."""

    column: int
    row: int
    ground: int
    shape: Shape
    turn: int
    colour: int
    # The dot in a disc, None for none.
    dot: int | None = None

    def draw(self, template: str) -> str:
        """Return path data of the tile from one of PATHS, or from DOT."""
        x, y = self.column * TILE, self.row * TILE
        return template.format(x=x, y=y, X=x + TILE, Y=y + TILE, m=y + TILE // 2, d=x + 3)


def _numbers(name: str, salt: str) -> Iterator[int]:
    """Return endless numbers from 0 to 255 that follow from the name."""
    count = 0
    while True:
        yield from hashlib.sha256(f"{salt}{name}{count}".encode()).digest()
        count += 1


@lru_cache(maxsize=256)
def tiles(name: str, columns: int, rows: int, salt: str = "") -> tuple[Tile, ...]:
    """Return the tiles row by row; neighbours never share a ground."""
    numbers = _numbers(name, salt)
    grounds: dict[tuple[int, int], int] = {}
    found = []
    for row in range(rows):
        for column in range(columns):
            first, second, third, fourth, fifth = (next(numbers) for _ in range(5))
            ground = first % COLOURS
            while ground in (grounds.get((row - 1, column)), grounds.get((row, column - 1))):
                ground = (ground + 1) % COLOURS
            grounds[row, column] = ground
            colour = _other_colour(ground, second)
            shape = SHAPES[third % len(SHAPES)]
            dot = None
            if shape == "disc":
                dot = _other_colour(colour, fifth) if fifth % 3 else ground
            turn = fourth % len(PATHS[shape])
            found.append(Tile(column, row, ground, shape, turn, colour, dot))
    return tuple(found)


def _other_colour(colour: int, number: int) -> int:
    return (colour + 1 + number % (COLOURS - 1)) % COLOURS


@lru_cache(maxsize=256)
def mosaic(name: str, columns: int, rows: int, salt: str = "") -> Markup:
    """Return the mosaic as SVG paths, one a colour and layer."""
    squares: dict[int, str] = defaultdict(str)
    shapes: dict[int, str] = defaultdict(str)
    dots: dict[int, str] = defaultdict(str)
    for tile in tiles(name, columns, rows, salt):
        # A little larger than the tile: no hairline of the page between two of them.
        squares[tile.ground] += tile.draw("M{x} {y}h10.03v10.03h-10.03z")
        shapes[tile.colour] += tile.draw(PATHS[tile.shape][tile.turn])
        if tile.dot is not None:
            dots[tile.dot] += tile.draw(DOT)
    return Markup().join(
        _path(colour, data)
        for layer in (squares, shapes, dots)
        for colour, data in sorted(layer.items())
    )


@lru_cache(maxsize=256)
def step_picture(name: str, index: int, salt: str = "") -> Markup:
    """Return the picture of a numbered step, two tiles wide, as SVG paths."""
    ground, *colours = STEP_COLOURS[index % len(STEP_COLOURS)]
    numbers = _numbers(name, f"{salt}step{index}")
    first = SHAPES[next(numbers) % len(SHAPES)]
    second = SHAPES[next(numbers) % len(SHAPES)]
    if first == second:
        second = "leaf" if first == "disc" else "disc"
    paths = [_path(ground, "M0 0h20v10h-20z")]
    dots = []
    for column, (shape, colour) in enumerate(zip((first, second), colours, strict=True)):
        turn = next(numbers) % len(PATHS[shape])
        tile = Tile(column, 0, ground, shape, turn, colour)
        paths.append(_path(colour, tile.draw(PATHS[shape][turn])))
        if shape == "disc":
            dots.append(_path(colours[1 - column], tile.draw(DOT)))
    return Markup().join([*paths, *dots])


@lru_cache(maxsize=256)
def glyph(name: str, salt: str = "") -> Tile:
    """Return the tile that stands for the product beside its name and in its icon."""
    number = next(_numbers(name, f"{salt}glyph"))
    shapes: tuple[Shape, ...] = ("quarter", "leaf", "bowls")
    shape = shapes[number % 3]
    return Tile(0, 0, 3, shape, number // 3 % len(PATHS[shape]), 2)


def glyph_paths(name: str, salt: str = "") -> Markup:
    """Return the glyph as SVG paths, ten wide and ten high."""
    tile = glyph(name, salt)
    shape = _path(tile.colour, tile.draw(PATHS[tile.shape][tile.turn]))
    return _path(tile.ground, "M0 0h10v10h-10z") + shape


def icon_of(name: str, look: Look) -> str:
    """Return the glyph as an address of its own, with the look's light colours and round corners.

    It is no markup: a caller that puts it into an attribute escapes it.
    """
    tile, colours = glyph(name, look.salt), palette(look, "light")
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'>"
        f"<rect width='10' height='10' rx='2.4' fill='{colours['c3']}'/>"
        f"<path transform='matrix(.7 0 0 .7 1.5 1.5)' fill='{colours['c2']}' "
        f"d='{tile.draw(PATHS[tile.shape][tile.turn])}'/></svg>"
    )
    return "data:image/svg+xml," + quote(svg, safe=" =':/.,-()")


def _path(colour: int, data: str) -> Markup:
    return Markup('<path class="c{}" d="{}"/>').format(colour, data)
