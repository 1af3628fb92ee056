"""How the lines of each kind of section become the texts of a part. Pure."""

from wbtest.writing.document import EXTERNAL_TOPICS, INTERNAL_TOPICS, Audience
from wbtest.writing.markdown.days import as_city, as_day, dateline_of
from wbtest.writing.markdown.gathering import Gathered
from wbtest.writing.markdown.headings import Heading
from wbtest.writing.markdown.lines import Line, is_blank, text_of, without_edges
from wbtest.writing.markdown.marks import (
    FIELD_OF,
    QUESTION_FIELD_OF,
    answer_of,
    field_of,
    number_of,
    question_of,
    said_by,
    speaker_and_role,
    unquoted,
)
from wbtest.writing.markdown.sections import Section
from wbtest.writing.markdown.spellings import FAQ, key_of
from wbtest.writing.topics import topic_labelled

_PROSE = ("problem", "alternative", "solution", "why_now")


def place(found: Gathered, section: Section) -> None:
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


def place_summary(found: Gathered, body: list[Line], heading: Line) -> None:
    """Take the summary, and city and day from its start when nothing said them before."""
    begun = dateline_of(body[0]) if body and not has_dateline(found) else None
    if begun:
        city, places = text_of([begun.city])
        found.put_text("dateline.city", as_city(city), places)
        found.put_text("dateline.date", begun.date, text_of([begun.day])[1])
        body = without_edges([begun.text, *body[1:]])
    found.add("summary", body, heading)


def has_dateline(found: Gathered) -> bool:
    """Whether city or day are known already."""
    return found.has("dateline.city") or found.has("dateline.date")


def place_questions(found: Gathered, audience: Audience, body: list[Line]) -> None:
    """Take the questions of one audience, each with the lines below it."""
    entry, title, answer = "", Line(1, ""), list[Line]()
    before: list[Line] = []
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


def _end_answer(found: Gathered, entry: str, title: Line, lines: list[Line]) -> None:
    answer = without_edges(lines)
    if answer and (begun := answer_of(answer[0])):
        answer = without_edges([begun, *answer[1:]])
    if entry:
        found.put(f"{entry}.answer", answer, title)


def _place_field(found: Gathered, path: str, value: Line, line: Line) -> None:
    """Take the value of a field; the second of the same name has no place."""
    if path in found.places:
        found.leave([line])
        return
    text, places = text_of([value])
    found.put_text(path, as_day(text) if path.endswith(".until") else text, places)


def _name_topic(found: Gathered, path: str, audience: Audience, line: Line) -> None:
    """Give a topic behind "Thema:" or "Tema:" its own name; behind "Topic:" it stays as it is."""
    label = line.raw.partition(":")[0]
    topics = EXTERNAL_TOPICS if audience == "external" else INTERNAL_TOPICS
    topic = topic_labelled(found.text_at(path), topics)
    if topic and key_of(label) != "topic":
        found.put_text(path, topic, found.places[path])


def _place_numbers(found: Gathered, body: list[Line]) -> None:
    for line in body:
        entry = number_of(line)
        if entry is None:
            found.leave([line])
            continue
        words, kind, source = entry
        path = found.begin_number(kind)
        found.put(f"{path}.words", [words], words)
        found.put(f"{path}.source", [source], source)


def _place_call_to_action(found: Gathered, body: list[Line], heading: Line) -> None:
    text = []
    for line in body:
        if field := field_of(line, FIELD_OF):
            name, value = field
            _place_field(found, f"call_to_action.{name}", value, line)
        else:
            text.append(line)
    found.put_line("call_to_action.text", text, heading)


def _place_quote(found: Gathered, heading: Heading, body: list[Line]) -> None:
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
