"""The Markdown format of a release: its structure line by line, and the writer of the file. Pure.

``to_markdown`` writes front matter (form, product, language, segment, city, date, vision, roadmap),
the headline as the file's heading with the subheading in italics below it, and one ``##`` for each
other part; the last lists the numbers, each with its source. A line of text that would be read as
structure gets a backslash before its first mark: the writer tries each spelling with the reader's
own functions and takes the cleanest that is read back as the same text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from wbtest.writing.document import (
    AUDIENCES,
    BELONGING,
    EVIDENCE_KINDS,
    PART_LABELS,
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
    FAQ,
    FIELD_OF,
    LONGEST_TITLE,
    PART_OF,
    QUESTION_FIELD_OF,
    SourceLine,
    ends_in_backslash,
    find_spelling,
    front_matter_line,
    is_blank,
    plain,
    spell,
    spell_line,
    spell_lines,
    split_dateline,
    title_key,
)

_ROLES = ["customer", "customers", "user", "users", "client", "clients", "buyer", "buyers"]
_ROLES += ["cliente", "clienta", "kunde", "kunden", "kundin"]
_GENERIC = {*_ROLES, "us", "you", "company", "spokesperson", "leader", "founder", "ceo"}
_HASHES = re.compile(r" {0,3}(#{1,6})(?!#)(\s*)")
_LABEL = re.compile(r"\s*(\*\*|__)([^*_\\]{1,80})\1(:?)\s*")
_QUOTE_FROM = re.compile(
    r"(?:\w+ ){0,2}(?:quote (?:from|by|of)|citation de|zitat von|cita de) +", re.IGNORECASE
)


class SourceHeading(NamedTuple):
    """A heading: its level, the part it begins ('' when nobody knows), and what else it says.

    ``text`` is the part's first line, ``speaker`` whose quote it is.
    """

    level: int
    title: SourceLine
    part: str
    text: SourceLine | None = None
    speaker: SourceLine | None = None

    @property
    def is_question(self) -> bool:
        """Whether the title ends as a question does, in any script."""
        return self.title.raw.rstrip("*_ ").endswith(("?", "？", "؟"))


def unwrapped(line: SourceLine) -> SourceLine:
    """The line without the bold or italics that is around all of it."""
    # Said first, since it is asked of every line, and nearly none begins so.
    if not line.raw.startswith(("*", "_")):
        return line
    for mark in ("**", "__", "*", "_"):
        inner = line.cut(len(mark), len(line.raw) - len(mark))
        if (
            len(line.raw) > 2 * len(mark)
            and line.raw.startswith(mark)
            and line.raw.endswith(mark)
            and inner == inner.trimmed()
            and not ends_in_backslash(inner.raw)
            and inner.raw.count(mark[0]) == inner.raw.count("\\" + mark[0])
        ):
            return inner
    return line


def heading_of(line: SourceLine) -> SourceHeading | None:
    """Return the heading on this line, or None: one with #, or the bold name of a part."""
    if hashes := _HASHES.match(line.raw):
        title = _without_closing(line.cut(hashes.end()).trimmed())
        heading = titled_heading(title, len(hashes[1]))
        # Without a space it may be a #tag.
        return heading if hashes[2] or heading.part or not title.raw else None
    if label := _LABEL.match(line.raw):
        text = line.cut(label.end()).trimmed()
        ends = label[2].rstrip().endswith(":") or label[3]
        part = PART_OF.get(title_key(label[2]))
        if part and (ends or not text.raw):
            title = line.cut(label.start(2), label.end(2))
            return SourceHeading(2, title, part, text if text.raw else None)
    return None


def titled_heading(title: SourceLine, level: int) -> SourceHeading:
    """Return the heading that these words make."""
    words = unwrapped(title)
    if part := PART_OF.get(title_key(words.raw)):
        return SourceHeading(level, title, part)
    before = words.raw[: LONGEST_TITLE + 1].partition(":")[0]
    text = words.cut(len(before) + 1).trimmed()
    if text.raw and len(before) <= LONGEST_TITLE and (part := PART_OF.get(title_key(before))):
        return SourceHeading(level, title, part, text)
    if quote := _QUOTE_FROM.match(words.raw):
        speaker = words.cut(quote.end())
        said_of = title_key(words.raw).split()
        part = "customer_quote" if any(word in _ROLES for word in said_of) else "company_quote"
        is_named = title_key(speaker.raw) not in _GENERIC
        return SourceHeading(level, title, part, speaker=speaker if is_named else None)
    return SourceHeading(level, title, "")


def _without_closing(title: SourceLine) -> SourceLine:
    """The title without the # that some put after it."""
    bare = title.raw.rstrip("#")
    if bare and not bare[-1].isspace():
        return title
    return title.cut(0, len(bare)).trimmed()


_LONGEST_NAME = 40
_ITEM = r"\s*(?:[-*+]\s+|[0-9]{1,3}[.)]\s+)?"
_ASKED = re.compile(
    rf"{_ITEM}(?:\*\*|__)?q(?:uestion)?\s?[0-9]{{0,3}}\s?:(?:\*\*|__)?\s*", re.IGNORECASE
)
_ANSWERED = re.compile(
    rf"{_ITEM}(?:\*\*|__)?a(?:nswer)?\s?[0-9]{{0,3}}\s?:(?:\*\*|__)?\s*", re.IGNORECASE
)
_BOLD = re.compile(rf"{_ITEM}(\*\*|__)")
_NUMBER = re.compile(r"[0-9]{1,3}[.)]\s+")
_DASH = re.compile(r"(?:—|―|–|--?)\s*(?=\S)")
# Words, colon, kind, and a source after a comma; a colon in the words has a backslash before it.
_NUMBER_ENTRY = re.compile(
    rf"\s*[-*+]\s+((?:[^\\:]|\\.)+):\s*({'|'.join(EVIDENCE_KINDS)})[ \t]*(?:[,:]\s*|$)",
    re.IGNORECASE,
)
_UP_TO_COMMA = re.compile(r"[^\\,]*(?:\\.[^\\,]*)*")


def is_structure(raw: str, part: str) -> bool:
    """Whether a line of this part is read as something other than its text."""
    line = SourceLine(1, raw)
    if is_rule(line) or heading_of(line) is not None:
        return True
    if part in FAQ:
        return bool(field_of(line, QUESTION_FIELD_OF) or question_of(line) or answer_of(line))
    return part == "call_to_action" and field_of(line, FIELD_OF) is not None


def is_rule(line: SourceLine) -> bool:
    """Whether the line is a rule across the page, or the line below a heading."""
    if line.raw.lstrip()[:1] not in tuple("-*_="):
        return False
    marks = "".join(line.raw.split())
    return len(marks) > 2 and marks == marks[0] * len(marks)


def field_of(line: SourceLine, names: dict[str, str]) -> tuple[str, SourceLine] | None:
    """Return the name and the value of a line such as "- **Price:** free", or None."""
    before, colon, after = line.raw[: _LONGEST_NAME + 1].partition(":")
    if not colon or "\\" in before or (name := names.get(title_key(before))) is None:
        return None
    is_bold = "**" in before and after.startswith("**")
    return name, line.cut(len(before) + (3 if is_bold else 1)).trimmed()


def question_of(line: SourceLine) -> tuple[SourceLine, SourceLine | None] | None:
    """Return a question that is a heading, bold or after "Q:", and what follows it; or None."""
    if heading := heading_of(line):
        return bare_question(heading.title), None
    words = unwrapped(line.trimmed())
    if _ASKED.match(words.raw):
        return bare_question(words), None
    if match := _BOLD.match(line.raw):
        end = line.raw.find(match[1], match.end())
        question = line.cut(match.end(), end).trimmed()
        rest = line.cut(end + len(match[1])).trimmed()
        if end > 0 and question.raw.endswith(("?", "？", "؟")):
            return bare_question(question), rest if rest.raw else None
    return None


def bare_question(title: SourceLine) -> SourceLine:
    """The question without its number, its bold and its "Q:"."""
    words = unwrapped(title.trimmed())
    if number := _NUMBER.match(words.raw):
        words = unwrapped(words.cut(number.end()))
    if match := _ASKED.match(words.raw):
        words = words.cut(match.end())
    return words


def answer_of(line: SourceLine) -> SourceLine | None:
    """What is answered on a line that begins with "A:", or None."""
    match = _ANSWERED.match(line.raw)
    return line.cut(match.end()) if match else None


def said_by(line: SourceLine) -> tuple[SourceLine, SourceLine] | None:
    """Return speaker and role of a line such as "— Amira, a mother of two", or None."""
    words = line.trimmed()
    dash = _DASH.match(words.raw)
    return speaker_and_role(words.cut(dash.end())) if dash else None


def speaker_and_role(line: SourceLine) -> tuple[SourceLine, SourceLine]:
    """The name up to the first comma, and what follows it."""
    words = unwrapped(line.trimmed())
    name = _UP_TO_COMMA.match(words.raw)
    end = name.end() if name and words.raw[name.end() : name.end() + 1] == "," else len(words.raw)
    return unwrapped(words.cut(0, end).trimmed()), unwrapped(words.cut(end + 1).trimmed())


def number_of(line: SourceLine) -> tuple[SourceLine, str, SourceLine] | None:
    """Return words, kind and source of a line such as "- £4 a month: assumed, fair", or None."""
    entry = _NUMBER_ENTRY.match(line.raw)
    if entry is None:
        return None
    words = line.cut(entry.start(1), entry.end(1)).trimmed()
    return words, entry[2].lower(), line.cut(entry.end()).trimmed()


def unquoted(line: SourceLine) -> SourceLine:
    """The line without the > before it."""
    start = len(line.raw) - len(line.raw.lstrip())
    if not line.raw.startswith(">", start):
        return line
    return line.cut(start + 2 if line.raw.startswith("> ", start) else start + 1)


@dataclass(slots=True)
class SourceSection:
    """Lines below one heading; no heading at the top of the file, no part when nobody knows it."""

    heading: SourceHeading | None = None
    body: list[SourceLine] = field(default_factory=list)

    @property
    def part(self) -> str:
        return self.heading.part if self.heading else ""

    def holds(self, heading: SourceHeading) -> bool:
        """Whether a heading is one of this section's questions.

        A question may have the name of a part, below ``##``.
        """
        if self.heading is None or self.part not in FAQ:
            return False
        if heading.part and (heading.level < 3 or (self.part == "faq" and heading.part in FAQ)):
            return False
        is_deeper = heading.level > self.heading.level
        return is_deeper or (not heading.part and heading.is_question)


def split_sections(lines: Iterable[SourceLine]) -> list[SourceSection]:
    """Cut the lines at each heading. Rules across the page are left out."""
    sections = [SourceSection()]
    for line in lines:
        section = sections[-1]
        if is_rule(line):
            if heading := _underlined(section.body, line.raw.strip()[0]):
                del section.body[-1]
                sections.append(SourceSection(heading))
            continue
        heading = heading_of(line)
        is_question = (
            heading is not None and line.raw.lstrip().startswith("#") and section.holds(heading)
        )
        if heading is None or is_question:
            section.body.append(line)
        else:
            sections.append(SourceSection(heading))
    return sections


def _underlined(body: list[SourceLine], mark: str) -> SourceHeading | None:
    """The heading that a line of === makes of the one above it, and --- of a part's name."""
    if mark not in "=-" or not body or is_blank(body[-1]):
        return None
    if len(body) > 1 and not is_blank(body[-2]):
        return None
    heading = titled_heading(body[-1].trimmed(), 1 if mark == "=" else 2)
    return heading if heading.part or mark == "=" else None


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


_LABELS = PART_LABELS | {"numbers": "Numbers"}


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
    lines = [front_matter_line(key, value) for key, value in values.items()]
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
