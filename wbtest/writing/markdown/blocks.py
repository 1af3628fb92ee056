"""The parts of a release as blocks of Markdown, between which empty lines stand. Pure.

Each is spelled so that the reader's own functions give the same text back.
"""

from collections.abc import Iterator

from wbtest.writing.document import CallToAction, Dateline, Document, Question, Quote
from wbtest.writing.evidence import Evidence
from wbtest.writing.markdown.days import dateline_of
from wbtest.writing.markdown.lines import Line, plain, spell, spell_line, spell_lines
from wbtest.writing.markdown.marks import (
    FIELD_OF,
    QUESTION_FIELD_OF,
    field_of,
    is_structure,
    number_of,
    question_of,
    said_by,
)


def sentence(part: str, text: str) -> Iterator[str]:
    """A text of one line."""

    def is_read(raw: str) -> bool:
        return not is_structure(raw, part) and plain(Line(1, raw).trimmed()) == text

    if text:
        yield spell(text, is_read)


def prose(part: str, text: str) -> Iterator[str]:
    """A text of several lines, all in one block."""
    lines = spell_lines(text, lambda raw: not is_structure(raw, part))
    if lines:
        yield "\n".join(lines)


def summary(document: Document) -> Iterator[str]:
    """The summary; without city and date, its beginning must not be taken for them."""
    lines = "".join(prose("summary", document.summary)).split("\n")
    if document.dateline == Dateline() and dateline_of(Line(1, lines[0])):
        lines[0] = spell_line(
            document.summary.partition("\n")[0],
            lambda raw: not (is_structure(raw, "summary") or dateline_of(Line(1, raw))),
        )
    if document.summary:
        yield "\n".join(lines)


def quotation(quote: Quote) -> Iterator[str]:
    """What somebody says between quotation marks of Markdown, and below it who says it."""
    lines = spell_lines(quote.text, lambda raw: said_by(Line(1, raw)) is None)
    if lines:
        yield "\n".join(f"> {line}" if line else ">" for line in lines)
    if quote.speaker or quote.role:
        yield _attribution(quote.speaker, quote.role)


def call_to_action(call: CallToAction) -> Iterator[str]:
    """The sentence, the words on the button and the price."""
    yield from sentence("call_to_action", call.text)
    yield _fields({"Button": call.label, "Price": call.price}, FIELD_OF)


def question(entry: Question) -> Iterator[str]:
    """A question, its answer, and what is known of an open one."""

    def is_read(raw: str) -> bool:
        asking = question_of(Line(1, f"### {raw}"))
        return asking is not None and plain(asking[0]) == entry.question

    yield f"### {spell(entry.question, is_read)}" if entry.question else "###"
    topic = {"Topic": entry.topic} if entry.topic else {}
    unknown = entry.open
    opened = (
        {"Owner": unknown.owner, "Until": unknown.until, "Settled by": unknown.settled_by}
        if unknown
        else {}
    )
    answer = list(prose(entry.audience, entry.answer))
    groups = [topic, opened] if answer else [topic | opened]
    fields = [_fields(group, QUESTION_FIELD_OF) for group in groups]
    yield from filter(None, [fields[0], *answer, *fields[1:]])


def numbers(evidence: tuple[Evidence, ...]) -> Iterator[str]:
    """What each number rests on, a line each."""
    if evidence:
        yield "\n".join(map(_number, evidence))


def _number(entry: Evidence) -> str:
    def is_read(raw: str, *texts: str) -> bool:
        found = number_of(Line(1, raw))
        return found is not None and (plain(found[0]), found[1], plain(found[2])) == texts

    kind = entry.kind
    words = spell(entry.words, lambda raw: is_read(f"- {raw}: {kind}", entry.words, kind, ""))
    if not entry.source:
        return f"- {words}: {kind}"
    start = f"- {words}: {kind}, "
    return start + spell(
        entry.source, lambda raw: is_read(start + raw, entry.words, kind, entry.source)
    )


def _attribution(speaker: str, role: str) -> str:
    def is_read(raw: str, *texts: str) -> bool:
        words = said_by(Line(1, raw))
        return words is not None and tuple(map(plain, words)) == texts

    after = role and ", " + spell(role, lambda raw: is_read(f"— x, {raw}", "x", role))
    return f"— {spell(speaker, lambda raw: is_read(f'— {raw}{after}', speaker, role))}{after}"


def _fields(values: dict[str, str], names: dict[str, str]) -> str:
    return "\n".join(_field(label, text, names) for label, text in values.items())


def _field(label: str, text: str, names: dict[str, str]) -> str:
    def is_read(raw: str) -> bool:
        field = field_of(Line(1, f"- {label}: {raw}"), names)
        return field is not None and plain(field[1]) == text

    return f"- {label}: {spell(text, is_read)}" if text else f"- {label}:"
