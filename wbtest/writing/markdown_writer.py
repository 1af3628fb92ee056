"""From a release to its Markdown file, as ``from_markdown`` reads it back. Pure.

``to_markdown`` writes front matter (form, product, language, segment, city, date, vision, roadmap),
the headline as the file's heading with the subheading in italics below it, and one ``##`` for each
other part; the last lists the numbers, each with its source. A line of text that would be read as
structure gets a backslash before its first mark: the writer tries each spelling with the reader's
own functions and takes the cleanest that is read back as the same text.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from wbtest.writing import markdown_lines
from wbtest.writing.document import (
    AUDIENCES,
    BELONGING,
    PARTS,
    CallToAction,
    Dateline,
    Document,
    Evidence,
    Form,
    Question,
    Quote,
)
from wbtest.writing.markdown_lines import (
    SourceLine,
    find_spelling,
    plain,
    spell,
    spell_line,
    spell_lines,
    split_dateline,
)
from wbtest.writing.markdown_structure import (
    FIELD_OF,
    QUESTION_FIELD_OF,
    field_of,
    heading_of,
    is_structure,
    number_of,
    question_of,
    said_by,
    unwrapped,
)


def sentence(part: str, text: str) -> Iterator[str]:
    """A text of one line."""

    def is_read(raw: str) -> bool:
        return not is_structure(raw, part) and plain(SourceLine(1, raw).trimmed()) == text

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
    if document.dateline == Dateline() and split_dateline(SourceLine(1, lines[0])):
        lines[0] = spell_line(
            document.summary.partition("\n")[0],
            lambda raw: not (is_structure(raw, "summary") or split_dateline(SourceLine(1, raw))),
        )
    if document.summary:
        yield "\n".join(lines)


def quotation(quote: Quote) -> Iterator[str]:
    """What somebody says between quotation marks of Markdown, and below it who says it."""
    lines = spell_lines(quote.text, lambda raw: said_by(SourceLine(1, raw)) is None)
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
        asking = question_of(SourceLine(1, f"### {raw}"))
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
        found = number_of(SourceLine(1, raw))
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
        words = said_by(SourceLine(1, raw))
        return words is not None and tuple(map(plain, words)) == texts

    after = role and ", " + spell(role, lambda raw: is_read(f"— x, {raw}", "x", role))
    return f"— {spell(speaker, lambda raw: is_read(f'— {raw}{after}', speaker, role))}{after}"


def _fields(values: dict[str, str], names: dict[str, str]) -> str:
    return "\n".join(_field(label, text, names) for label, text in values.items())


def _field(label: str, text: str, names: dict[str, str]) -> str:
    def is_read(raw: str) -> bool:
        field = field_of(SourceLine(1, f"- {label}: {raw}"), names)
        return field is not None and plain(field[1]) == text

    return f"- {label}: {spell(text, is_read)}" if text else f"- {label}:"


_LABELS = {part.name: part.label for part in PARTS["full"]} | {"numbers": "Numbers"}


def to_markdown(document: Document, form: Form) -> str:
    """Return the file. All headings of the form are there, and others where there is a text."""
    names = {part.name for part in PARTS[form]}
    found = [_front_matter(document, form), *_headline(document)]
    for name, body in _bodies(document):
        if body or name in names:
            found += [f"## {_LABELS[name]}", *body]
    return "\n\n".join(found) + "\n"


def _front_matter(document: Document, form: Form) -> str:
    values = {
        "form": form,
        "product": document.product,
        "language": document.language,
        "segment": document.segment,
    }
    place = {"city": document.dateline.city, "date": document.dateline.date}
    values |= {key: value for key, value in place.items() if value or form == "full"}
    values |= {name: text for name in BELONGING if (text := getattr(document, name))}
    lines = [markdown_lines.front_matter_line(key, value) for key, value in values.items()]
    return "\n".join(["---", *lines, "---"])


def _headline(document: Document) -> Iterator[str]:
    """The headline as the file's heading, unless it is empty or reads as the name of a part."""
    headline, subheading = document.headline, document.subheading
    title = find_spelling(headline, lambda raw: _is_headline(raw, headline))
    if title:
        yield f"# {title}"
    else:
        yield f"## {_LABELS['headline']}"
        yield from sentence("headline", headline)
    if title and subheading:
        yield f"*{spell(subheading, lambda raw: _is_subheading(f'*{raw}*', subheading))}*"
    else:
        yield f"## {_LABELS['subheading']}"
        yield from sentence("subheading", subheading)


def _is_headline(raw: str, text: str) -> bool:
    heading = heading_of(SourceLine(1, f"# {raw}"))
    return heading is not None and not heading.part and plain(unwrapped(heading.title)) == text


def _is_subheading(raw: str, text: str) -> bool:
    line = SourceLine(1, raw)
    is_other = is_structure(raw, "subheading") or split_dateline(line) is not None
    return not is_other and plain(unwrapped(line)) == text


def _bodies(document: Document) -> Iterator[tuple[str, list[str]]]:
    """What stands below the heading of each part, in reading order."""
    yield "summary", list(summary(document))
    for name in ("problem", "alternative", "solution", "why_now"):
        yield name, list(prose(name, getattr(document, name)))
    for name in ("company_quote", "customer_quote"):
        yield name, list(quotation(getattr(document, name)))
    yield "call_to_action", list(call_to_action(document.call_to_action))
    for audience, questions in _groups(document):
        yield audience, [block for entry in questions for block in question(entry)]
    yield "numbers", list(numbers(document.evidence))


def _groups(document: Document) -> list[tuple[str, list[Question]]]:
    """The FAQ by audience, as often as it changes; who asks nothing is there too."""
    groups = [(key, list(group)) for key, group in groupby(document.faq, attrgetter("audience"))]
    external, internal = (
        [] if document.questions(audience) else [(audience, list[Question]())]
        for audience in AUDIENCES
    )
    return [*external, *groups, *internal]
