"""From a Markdown file to a release, and from a place in its text back to the file. Pure."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping

from msgspec import Struct

from wbtest.writing.document import Document, Form, NotADocument, from_json
from wbtest.writing.limits import LONGEST_LINE, MOST_EVIDENCE, MOST_QUESTIONS
from wbtest.writing.markdown import front_matter
from wbtest.writing.markdown.days import as_day, dateline_of
from wbtest.writing.markdown.gathering import Gathered
from wbtest.writing.markdown.headings import unwrapped
from wbtest.writing.markdown.lines import Line, Place, Unreadable, is_blank, text_of, without_edges
from wbtest.writing.markdown.placing import place, place_summary
from wbtest.writing.markdown.sections import Section, divided
from wbtest.writing.wording import find_fault, with_plain_breaks

_ONLY_IN_FULL = {"summary", "solution", "why_now", "company_quote", "customer_quote", "internal"}


class Read(Struct, frozen=True):
    """A release as it stood in a file, and where.

    ``places`` are by path, such as ``problem`` or ``faq[3].answer``, in the order of the text; a
    text that is empty has the place of its heading. ``unplaced`` holds what found no place: the
    number of its first line, and what it says. ``notes`` are sentences on what was filled in.
    """

    document: Document
    form: Form
    places: Mapping[str, tuple[Place, ...]]
    unplaced: tuple[tuple[int, str], ...]
    notes: tuple[str, ...] = ()

    def place_of(self, path: str, offset: int = 0) -> tuple[int, int]:
        """Line and column of a character of a text, from 1; line 1 where no text is at ``path``."""
        places = self.places.get(path, (Place(0, 1, 1),))
        last = bisect_right(places, offset, key=lambda place: place.offset) - 1
        start = places[max(last, 0)]
        return start.line, start.column + offset - start.offset


def from_markdown(text: str) -> Read:
    """Return the release in this file.

    Raises Unreadable, a NotADocument with the number of a line, when the file is no release or a
    part of it cannot be used.
    """
    entries, rest = front_matter.split(_lines(text))
    sections = divided(rest)
    known = {section.heading.part for section in sections if section.heading} - {""}
    if not known and not any(entry.path for entry in entries):
        raise Unreadable(
            1,
            "release",
            "This is no press release: it needs a heading such as “## Problem”, "
            "or “form: short” between two lines of ---.",
        )
    found = Gathered()
    form = _place_front_matter(found, entries)
    for section in _without_headline(found, sections):
        place(found, section)
    notes = tuple(_label_button(found))
    return Read(
        _document(found),
        form or ("full" if known & _ONLY_IN_FULL else "short"),
        found.places,
        tuple(sorted(found.unplaced)),
        notes,
    )


def _lines(text: str) -> list[Line]:
    raws = with_plain_breaks(text.removeprefix("\ufeff")).split("\n")
    for number, raw in enumerate(raws, 1):
        if fault := find_fault(raw, len(raw)):
            raise Unreadable(number, "text", fault)
    return [Line(number, raw) for number, raw in enumerate(raws, 1)]


def _place_front_matter(found: Gathered, entries: list[front_matter.Entry]) -> Form | None:
    form: Form | None = None
    for line, path, value, column in entries:
        if path == "form":
            if value.casefold() not in ("short", "full"):
                raise Unreadable(line.number, path, "This must be short or full.")
            form = "full" if value.casefold() == "full" else "short"
        elif path and value:
            text = as_day(value) if path == "dateline.date" else value
            found.put_text(path, text, (Place(0, line.number, column),))
        elif not path:
            found.leave([line])
    return form


def _without_headline(found: Gathered, sections: list[Section]) -> list[Section]:
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


def _place_lead(found: Gathered, body: list[Line], headline: Line) -> None:
    """Take the subheading from below the headline, and the summary from what follows it."""
    end = next((i for i, line in enumerate(body) if is_blank(line)), len(body))
    first = body[:end]
    subheading = [unwrapped(line.trimmed()) for line in first[:1]]
    is_short = len(text_of(subheading)[0]) <= LONGEST_LINE["subheading"]
    if len(first) == 1 and is_short and not dateline_of(first[0]):
        found.put("subheading", subheading, headline)
        body = without_edges(body[end:])
    if body:
        place_summary(found, body, headline)


def _label_button(found: Gathered) -> Iterator[str]:
    """Give a button that no line names the words of the call to action; say so."""
    text, label = found.text_at("call_to_action.text"), "call_to_action.label"
    if not text or label in found.places:
        return
    words = text.rstrip(".。")
    longest = LONGEST_LINE[label]
    if len(words) > longest:
        yield (
            f"The button has no words: the call to action is longer than {longest} characters. "
            "Add a line “Button: …” below it."
        )
        return
    found.put_text(label, words, found.places["call_to_action.text"])
    yield f"No line says “Button: …”, so the button says “{words}”."


def _document(found: Gathered) -> Document:
    try:
        return from_json(found.as_json())
    except NotADocument as refused:
        too_many = {
            "faq": f"faq[{MOST_QUESTIONS}].question",
            "evidence": f"evidence[{MOST_EVIDENCE}].words",
        }
        path = too_many.get(refused.part, refused.part)
        line = found.places.get(path, (Place(0, 1, 1),))[0].line
        raise Unreadable(line, refused.part, refused.sentence) from None
