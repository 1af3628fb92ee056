"""What has been found in a file so far: texts by path, their places, and what found none. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from wbtest.writing.document import Audience
from wbtest.writing.markdown.lines import Line, Place, is_blank, text_of


class Gathered:
    """Texts on their way to a document; paths are those of ``Read.places``."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[Place, ...]] = {}
        self.unplaced: list[tuple[int, str]] = []
        self._values: dict[str, Any] = {}
        self._entries = {"faq": 0, "evidence": 0}

    def has(self, path: str) -> bool:
        """Whether a text was found for this path or for one inside of it."""
        return bool(self._at(path))

    def text_at(self, path: str) -> str:
        """The text found for this path, or ''."""
        return self._at(path) or ""

    def put(self, path: str, lines: Sequence[Line], heading: Line, glue: str = "\n") -> None:
        """Keep the text in these lines; an empty one has the place of its heading."""
        text, places = text_of(lines, glue)
        self.put_text(path, text, places or text_of([heading])[1][:1])

    def put_text(self, path: str, text: str, places: tuple[Place, ...]) -> None:
        """Keep a text that stands in the file in another way, such as a day."""
        *outer, name = path.split(".")
        holder = self._values
        for key in outer:
            holder = holder.setdefault(key, {})
        holder[name] = text
        self.places[path] = places

    def put_line(self, path: str, lines: Iterable[Line], heading: Line) -> None:
        """Keep a text of one sentence, wherever its lines were broken."""
        filled = [line.trimmed() for line in lines if not is_blank(line)]
        self.put(path, filled, heading, glue=" ")

    def add(self, path: str, lines: Sequence[Line], heading: Line) -> None:
        """Keep a text, below what was found for this path before."""
        before = self._values.get(path, "")
        if not (before and lines):
            if not before:
                self.put(path, lines, heading)
            return
        text, places = text_of(lines)
        start = len(before) + 2
        moved = tuple(place._replace(offset=place.offset + start) for place in places)
        self.put_text(path, f"{before}\n\n{text}", self.places[path] + moved)

    def begin_question(self, audience: Audience) -> str:
        """Return the path of a new entry of the FAQ."""
        return self._begin("faq", {"audience": audience})

    def begin_number(self, kind: str) -> str:
        """Return the path of a new entry of the ledger."""
        return self._begin("evidence", {"kind": kind})

    def leave(self, lines: Iterable[Line]) -> None:
        """Keep lines for which there is no place, as one stretch."""
        filled = [line for line in lines if not is_blank(line)]
        if filled:
            self.unplaced.append((filled[0].number, "\n".join(line.raw for line in filled)))

    def as_json(self) -> dict[str, Any]:
        """The values in the shape that ``document.from_json`` takes."""
        parts = {name: value for name, value in self._values.items() if "[" not in name}
        return parts | {
            name: [self._values[f"{name}[{i}]"] for i in range(count)]
            for name, count in self._entries.items()
        }

    def _at(self, path: str) -> Any:
        value: Any = self._values
        for key in path.split("."):
            value = value.get(key, {})
        return value

    def _begin(self, name: str, values: dict[str, str]) -> str:
        path = f"{name}[{self._entries[name]}]"
        self._values[path] = values
        self._entries[name] += 1
        return path
