"""From a Markdown file to a release, and from a place in its text back to the file. Pure.

``from_markdown`` reads what ``markdown_writer`` writes without losing a letter, and many other ways
to spell it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from wbtest.writing.document import (
    EXTERNAL_TOPICS,
    INTERNAL_TOPICS,
    Audience,
    Document,
    Form,
    NotADocument,
    from_json,
    topic_labelled,
)
from wbtest.writing.markdown_format import (
    SourceHeading,
    SourceSection,
    answer_of,
    field_of,
    number_of,
    question_of,
    said_by,
    speaker_and_role,
    split_sections,
    unquoted,
    unwrapped,
)
from wbtest.writing.markdown_lines import (
    FAQ,
    FIELD_OF,
    QUESTION_FIELD_OF,
    FrontMatterEntry,
    SourceLine,
    SourcePlace,
    Unreadable,
    as_city,
    is_blank,
    iso_day,
    split_dateline,
    split_front_matter,
    text_of,
    title_key,
    without_edges,
)
from wbtest.writing.text_rules import (
    LONGEST_LINE,
    MOST_EVIDENCE,
    MOST_QUESTIONS,
    find_fault,
    with_plain_breaks,
)


class ParseState:
    """Texts on their way to a document; paths are those of ``ImportedRelease.places``."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[SourcePlace, ...]] = {}
        self.unplaced: list[tuple[int, str]] = []
        self._values: dict[str, Any] = {}
        self._entries = {"faq": 0, "evidence": 0}

    def has(self, path: str) -> bool:
        """Whether a text was found for this path or for one inside of it."""
        return bool(self._at(path))

    def text_at(self, path: str) -> str:
        """The text found for this path, or ''."""
        return self._at(path) or ""

    def put(
        self, path: str, lines: Sequence[SourceLine], heading: SourceLine, glue: str = "\n"
    ) -> None:
        """Keep the text in these lines; an empty one has the place of its heading."""
        text, places = text_of(lines, glue)
        self.put_text(path, text, places or text_of([heading])[1][:1])

    def put_text(self, path: str, text: str, places: tuple[SourcePlace, ...]) -> None:
        """Keep a text that stands in the file in another way, such as a day."""
        *outer, name = path.split(".")
        holder = self._values
        for key in outer:
            holder = holder.setdefault(key, {})
        holder[name] = text
        self.places[path] = places

    def put_line(self, path: str, lines: Iterable[SourceLine], heading: SourceLine) -> None:
        """Keep a text of one sentence, wherever its lines were broken."""
        filled = [line.trimmed() for line in lines if not is_blank(line)]
        self.put(path, filled, heading, glue=" ")

    def add(self, path: str, lines: Sequence[SourceLine], heading: SourceLine) -> None:
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

    def leave(self, lines: Iterable[SourceLine]) -> None:
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


_PROSE = ("problem", "alternative", "solution", "why_now")


def place_section(found: ParseState, section: SourceSection) -> None:
    """Put what a section says where it belongs, or leave it unplaced."""
    heading = section.heading
    if heading is None or heading.part in ("", "release"):
        unknown = [heading.title] if heading and not heading.part else []
        found.leave(unknown + section.body)
        return
    part, title = heading.part, heading.title
    body = without_edges(([heading.text] if heading.text else []) + section.body)
    if part in FAQ:
        place_questions(found, "internal" if part == "internal" else "external", body)
    elif part == "summary":
        place_summary(found, body, title)
    elif part == "numbers":
        _place_numbers(found, body)
    elif part in _PROSE:
        found.add(part, body, title)
    elif found.has(part):
        # Only one of them has a place, and an empty heading is no loss.
        found.leave([title, *body] if body else [])
    elif part == "call_to_action":
        _place_call_to_action(found, body, title)
    elif part.endswith("_quote"):
        _place_quote(found, heading, body)
    else:
        found.put_line(part, body, title)


def place_summary(found: ParseState, body: list[SourceLine], heading: SourceLine) -> None:
    """Take the summary, and city and day from its start when nothing said them before."""
    begun = split_dateline(body[0]) if body and not has_dateline(found) else None
    if begun:
        city, places = text_of([begun.city])
        found.put_text("dateline.city", as_city(city), places)
        found.put_text("dateline.date", begun.date, text_of([begun.day])[1])
        body = without_edges([begun.text, *body[1:]])
    found.add("summary", body, heading)


def has_dateline(found: ParseState) -> bool:
    """Whether city or day are known already."""
    return found.has("dateline.city") or found.has("dateline.date")


def place_questions(found: ParseState, audience: Audience, body: list[SourceLine]) -> None:
    """Take the questions of one audience, each with the lines below it."""
    entry, title, answer = "", SourceLine(1, ""), list[SourceLine]()
    before: list[SourceLine] = []
    for line in body:
        if asking := question_of(line):
            _end_answer(found, entry, title, answer)
            title, rest = asking
            entry, answer = found.begin_question(audience), [rest] if rest else []
            found.put(f"{entry}.question", [title], title)
        elif not entry:
            before.append(line)
        elif field := field_of(line, QUESTION_FIELD_OF):
            name, value = field
            _place_field(found, f"{entry}.{name}", value, line)
            if name == "topic":
                _name_topic(found, f"{entry}.topic", audience, line)
        else:
            answer.append(line)
    _end_answer(found, entry, title, answer)
    found.leave(before)


def _end_answer(found: ParseState, entry: str, title: SourceLine, lines: list[SourceLine]) -> None:
    answer = without_edges(lines)
    if answer and (begun := answer_of(answer[0])):
        answer = without_edges([begun, *answer[1:]])
    if entry:
        found.put(f"{entry}.answer", answer, title)


def _place_field(found: ParseState, path: str, value: SourceLine, line: SourceLine) -> None:
    """Take the value of a field; the second of the same name has no place."""
    if path in found.places:
        found.leave([line])
        return
    text, places = text_of([value])
    found.put_text(path, iso_day(text) if path.endswith(".until") else text, places)


def _name_topic(found: ParseState, path: str, audience: Audience, line: SourceLine) -> None:
    """Give a topic behind "Thema:" or "Tema:" its own name; behind "Topic:" it stays as it is."""
    label = line.raw.partition(":")[0]
    topics = EXTERNAL_TOPICS if audience == "external" else INTERNAL_TOPICS
    topic = topic_labelled(found.text_at(path), topics)
    if topic and title_key(label) != "topic":
        found.put_text(path, topic, found.places[path])


def _place_numbers(found: ParseState, body: list[SourceLine]) -> None:
    for line in body:
        entry = number_of(line)
        if entry is None:
            found.leave([line])
            continue
        words, kind, source = entry
        path = found.begin_number(kind)
        found.put(f"{path}.words", [words], words)
        found.put(f"{path}.source", [source], source)


def _place_call_to_action(found: ParseState, body: list[SourceLine], heading: SourceLine) -> None:
    text = []
    for line in body:
        if field := field_of(line, FIELD_OF):
            name, value = field
            _place_field(found, f"call_to_action.{name}", value, line)
        else:
            text.append(line)
    found.put_line("call_to_action.text", text, heading)


def _place_quote(found: ParseState, heading: SourceHeading, body: list[SourceLine]) -> None:
    lines = without_edges([unquoted(line) for line in body])
    signed = said_by(lines[-1]) if lines else None
    if signed:
        lines = without_edges(lines[:-1])
    elif heading.speaker:
        signed = speaker_and_role(heading.speaker)
    found.put(f"{heading.part}.text", lines, heading.title)
    for name, words in zip(("speaker", "role"), signed or (), strict=False):
        if not is_blank(words):
            found.put(f"{heading.part}.{name}", [words], words)


_ONLY_IN_FULL = {"summary", "solution", "why_now", "company_quote", "customer_quote", "internal"}


class ImportedRelease(Struct, frozen=True):
    """A release as it stood in a file, and where.

    ``places`` are by path, such as ``problem`` or ``faq[3].answer``, in the order of the text; a
    text that is empty has the place of its heading. ``unplaced`` holds what found no place: the
    number of its first line, and what it says. ``notes`` are sentences on what was filled in.
    """

    document: Document
    form: Form
    places: Mapping[str, tuple[SourcePlace, ...]]
    unplaced: tuple[tuple[int, str], ...]
    notes: tuple[str, ...] = ()

    def place_of(self, path: str, offset: int = 0) -> tuple[int, int]:
        """Line and column of a character of a text, from 1; line 1 where no text is at ``path``."""
        places = self.places.get(path, (SourcePlace(0, 1, 1),))
        last = bisect_right(places, offset, key=lambda place: place.offset) - 1
        start = places[max(last, 0)]
        return start.line, start.column + offset - start.offset


def from_markdown(text: str, *, is_any_text: bool = False) -> ImportedRelease:
    """Return the release in this file.

    Raises Unreadable, a NotADocument with the number of a line, when a part of the file cannot be
    used, or none is named in it; with ``is_any_text`` such a text is unplaced instead.
    """
    entries, rest = split_front_matter(_lines(text))
    sections = split_sections(rest)
    known = {section.heading.part for section in sections if section.heading} - {""}
    if not (is_any_text or known or any(entry.path for entry in entries)):
        raise Unreadable(
            1,
            "release",
            "This isn’t a press release: it needs a heading such as “## Problem”, "
            "or “form: short” between two lines of ---.",
        )
    found = ParseState()
    form = _place_front_matter(found, entries)
    for section in _without_headline(found, sections):
        place_section(found, section)
    notes = tuple(_label_button(found))
    return ImportedRelease(
        _document(found),
        form or ("full" if known & _ONLY_IN_FULL else "short"),
        found.places,
        tuple(sorted(found.unplaced)),
        notes,
    )


def _lines(text: str) -> list[SourceLine]:
    raws = with_plain_breaks(text.removeprefix("\ufeff")).split("\n")
    for number, raw in enumerate(raws, 1):
        if fault := find_fault(raw, len(raw)):
            raise Unreadable(number, "text", fault)
    return [SourceLine(number, raw) for number, raw in enumerate(raws, 1)]


def _place_front_matter(found: ParseState, entries: list[FrontMatterEntry]) -> Form | None:
    form: Form | None = None
    for line, path, value, column in entries:
        if path == "form":
            if value.casefold() not in ("short", "full"):
                raise Unreadable(line.number, path, "This must be short or full.")
            form = "full" if value.casefold() == "full" else "short"
        elif path and value:
            text = iso_day(value) if path == "dateline.date" else value
            found.put_text(path, text, (SourcePlace(0, line.number, column),))
        elif not path:
            found.leave([line])
    return form


def _without_headline(found: ParseState, sections: list[SourceSection]) -> list[SourceSection]:
    """Take the headline from the first heading that names no part, unless one is named so."""
    if found.has("headline") or any(
        section.heading.part == "headline" and (section.heading.text or without_edges(section.body))
        for section in sections
        if section.heading
    ):
        return sections
    for section in sections:
        heading = section.heading
        if heading and not heading.part and heading.level == 1 and heading.title.raw:
            title = unwrapped(heading.title)
            found.put("headline", [title], title)
            _place_lead(found, without_edges(section.body), title)
            return [other for other in sections if other is not section]
    return sections


def _place_lead(found: ParseState, body: list[SourceLine], headline: SourceLine) -> None:
    """Take the subheading from below the headline, and the summary from what follows it."""
    end = next((i for i, line in enumerate(body) if is_blank(line)), len(body))
    first = body[:end]
    subheading = [unwrapped(line.trimmed()) for line in first[:1]]
    is_short = len(text_of(subheading)[0]) <= LONGEST_LINE["subheading"]
    if len(first) == 1 and is_short and not split_dateline(first[0]):
        found.put("subheading", subheading, headline)
        body = without_edges(body[end:])
    if body:
        place_summary(found, body, headline)


def _label_button(found: ParseState) -> Iterator[str]:
    """Give a button that no line names the words of the call to action; say so."""
    text, label = found.text_at("call_to_action.text"), "call_to_action.label"
    if not text or label in found.places:
        return
    words = text.rstrip(".。")
    longest = LONGEST_LINE[label]
    if len(words) > longest:
        yield (
            f"The button has no text: the call to action is longer than {longest} characters. "
            "Add a line “Button: …” below it."
        )
        return
    found.put_text(label, words, found.places["call_to_action.text"])
    yield f"No line says “Button: …”, so the button says “{words}”."


def _document(found: ParseState) -> Document:
    try:
        return from_json(found.as_json())
    except NotADocument as refused:
        too_many = {
            "faq": f"faq[{MOST_QUESTIONS}].question",
            "evidence": f"evidence[{MOST_EVIDENCE}].words",
        }
        path = too_many.get(refused.part, refused.part)
        line = found.places.get(path, (SourcePlace(0, 1, 1),))[0].line
        raise Unreadable(line, refused.part, refused.sentence) from None
