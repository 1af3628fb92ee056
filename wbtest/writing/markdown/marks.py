"""What else a line may be: a rule, a field, a question, an answer, who said it. Pure.

The reader takes these apart, and the writer asks ``is_structure`` what needs a backslash.
"""

import re

from wbtest.writing.evidence import KINDS
from wbtest.writing.markdown.headings import heading_of, unwrapped
from wbtest.writing.markdown.lines import Line
from wbtest.writing.markdown.spellings import FAQ, FIELDS, QUESTION_FIELDS, key_of, names_of

FIELD_OF = names_of(FIELDS)
QUESTION_FIELD_OF = names_of(QUESTION_FIELDS)
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
    rf"\s*[-*+]\s+((?:[^\\:]|\\.)+):\s*({'|'.join(KINDS)})[ \t]*(?:[,:]\s*|$)", re.IGNORECASE
)
_UP_TO_COMMA = re.compile(r"[^\\,]*(?:\\.[^\\,]*)*")


def is_structure(raw: str, part: str) -> bool:
    """Whether a line of this part is read as something other than its text."""
    line = Line(1, raw)
    if is_rule(line) or heading_of(line) is not None:
        return True
    if part in FAQ:
        return bool(field_of(line, QUESTION_FIELD_OF) or question_of(line) or answer_of(line))
    return part == "call_to_action" and field_of(line, FIELD_OF) is not None


def is_rule(line: Line) -> bool:
    """Whether the line is a rule across the page, or the line below a heading."""
    if line.raw.lstrip()[:1] not in tuple("-*_="):
        return False
    marks = "".join(line.raw.split())
    return len(marks) > 2 and marks == marks[0] * len(marks)


def field_of(line: Line, names: dict[str, str]) -> tuple[str, Line] | None:
    """Return the name and the value of a line such as "- **Price:** free", or None."""
    before, colon, after = line.raw[: _LONGEST_NAME + 1].partition(":")
    if not colon or "\\" in before or (name := names.get(key_of(before))) is None:
        return None
    is_bold = "**" in before and after.startswith("**")
    return name, line.cut(len(before) + (3 if is_bold else 1)).trimmed()


def question_of(line: Line) -> tuple[Line, Line | None] | None:
    """Return a question that is a heading, bold or after "Q:", and what follows it; or None."""
    if heading := heading_of(line):
        return asked(heading.title), None
    words = unwrapped(line.trimmed())
    if _ASKED.match(words.raw):
        return asked(words), None
    if match := _BOLD.match(line.raw):
        end = line.raw.find(match[1], match.end())
        question = line.cut(match.end(), end).trimmed()
        rest = line.cut(end + len(match[1])).trimmed()
        if end > 0 and question.raw.endswith(("?", "？", "؟")):
            return asked(question), rest if rest.raw else None
    return None


def asked(title: Line) -> Line:
    """The question without its number, its bold and its "Q:"."""
    words = unwrapped(title.trimmed())
    if number := _NUMBER.match(words.raw):
        words = unwrapped(words.cut(number.end()))
    if match := _ASKED.match(words.raw):
        words = words.cut(match.end())
    return words


def answer_of(line: Line) -> Line | None:
    """What is answered on a line that begins with "A:", or None."""
    match = _ANSWERED.match(line.raw)
    return line.cut(match.end()) if match else None


def said_by(line: Line) -> tuple[Line, Line] | None:
    """Return speaker and role of a line such as "— Amira, a mother of two", or None."""
    words = line.trimmed()
    dash = _DASH.match(words.raw)
    return speaker_and_role(words.cut(dash.end())) if dash else None


def speaker_and_role(line: Line) -> tuple[Line, Line]:
    """The name up to the first comma, and what follows it."""
    words = unwrapped(line.trimmed())
    name = _UP_TO_COMMA.match(words.raw)
    end = name.end() if name and words.raw[name.end() : name.end() + 1] == "," else len(words.raw)
    return unwrapped(words.cut(0, end).trimmed()), unwrapped(words.cut(end + 1).trimmed())


def number_of(line: Line) -> tuple[Line, str, Line] | None:
    """Return words, kind and source of a line such as "- £4 a month: assumed, fair", or None."""
    entry = _NUMBER_ENTRY.match(line.raw)
    if entry is None:
        return None
    words = line.cut(entry.start(1), entry.end(1)).trimmed()
    return words, entry[2].lower(), line.cut(entry.end()).trimmed()


def unquoted(line: Line) -> Line:
    """The line without the > before it."""
    start = len(line.raw) - len(line.raw.lstrip())
    if not line.raw.startswith(">", start):
        return line
    return line.cut(start + 2 if line.raw.startswith("> ", start) else start + 1)
