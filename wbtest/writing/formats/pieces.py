"""What a release becomes in another form: pieces in their order, and what does not fit. Pure."""

from collections.abc import Iterator
from typing import NamedTuple


class Heading(NamedTuple):
    """A heading of level 1 to 3; ``is_ours`` when the words are the tool's own."""

    text: str
    level: int = 2
    is_ours: bool = False


class Paragraph(NamedTuple):
    """A paragraph; ``lead`` stands before it in bold, such as city and day."""

    text: str
    lead: str = ""


class Points(NamedTuple):
    """A list."""

    items: tuple[str, ...]


class Quote(NamedTuple):
    """What somebody says, and who; ``imagined`` is the label in brackets, '' for a real person."""

    paragraphs: tuple[str, ...]
    by: str = ""
    imagined: str = ""


class Button(NamedTuple):
    """What a visitor presses."""

    label: str


Piece = Heading | Paragraph | Points | Quote | Button


class Section(NamedTuple):
    """Pieces that stand together; ``name`` is for the preview, which draws each in its manner."""

    name: str
    pieces: tuple[Piece, ...]


class Limit(NamedTuple):
    """How much of the room for a text is used; ``shown_by`` says whose room it is."""

    label: str
    used: int
    most: int
    shown_by: str
    unit: str = "characters"

    @property
    def is_over(self) -> bool:
        return self.used > self.most

    @property
    def room(self) -> str:
        """Whose room it is, and how much."""
        return f"{self.shown_by[0].upper()}{self.shown_by[1:]} {self.most:,} {self.unit}."

    @property
    def sentence(self) -> str:
        """What does not fit, or '' when all does.

        >>> Limit("subtitle", 42, 30, "the App Store shows").sentence
        'The subtitle has 42 characters; the App Store shows 30.'
        """
        if not self.is_over:
            return ""
        return f"The {self.label} has {self.used:,} {self.unit}; {self.shown_by} {self.most:,}."


class Adapted(NamedTuple):
    """A release in another form. Nothing is cut: what does not fit is said in ``sentences``.

    ``title`` and ``description`` are what a search engine shows of it; ``ours`` is the language of
    the tool's own words, ``notes`` are sentences about what was left out or is still missing.
    """

    language: str
    ours: str
    title: str
    description: str
    sections: tuple[Section, ...]
    limits: tuple[Limit, ...]
    notes: tuple[str, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All pieces in their order."""
        return tuple(piece for section in self.sections for piece in section.pieces)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What does not fit, then what else there is to know."""
        return (*(limit.sentence for limit in self.limits if limit.is_over), *self.notes)


def filled(sections: Iterator[Section]) -> tuple[Section, ...]:
    """The sections that hold something."""
    return tuple(section for section in sections if section.pieces)
