"""Two texts of a release compared: part by part, question by question, word by word. Pure.

Any part of a document is compared by its shape (a text, named texts, a list), so a new one needs
at most a name in ``LABELS``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from wbtest.writing import document as documents
from wbtest.writing.document import AUDIENCES, Document, Form
from wbtest.writing.history.question_diff import Entry, Match, match_entries
from wbtest.writing.history.word_diff import Run, diff_words
from wbtest.writing.limits import is_day
from wbtest.writing.parts import PARTS

State = Literal["added", "removed", "changed", "same"]
LABELS = {part.name: part.label for part in PARTS["full"]} | {
    "faq": "Questions",
    "segment": "Who it is for",
    "dateline": "Date line",
    "company_quote.text": "What they say",
    "customer_quote.text": "What they say",
    "speaker": "Name",
    "role": "Who they are",
    "call_to_action.text": "Sentence",
    "call_to_action.label": "Words on the button",
    "open.owner": "Who finds out",
    "open.until": "By",
    "open.settled_by": "What settles it",
}


class FieldDiff(NamedTuple):
    """One text of a part; ``name`` is its path inside the part, '' where it is all of it."""

    name: str
    label: str
    runs: tuple[Run, ...]

    @property
    def is_changed(self) -> bool:
        """Whether a word differs."""
        return any(run.kind != "equal" for run in self.runs)


class EntryDiff(NamedTuple):
    """One entry of a list, such as a question, and its numbers there before and after, from 1."""

    old: int | None
    new: int | None
    is_moved: bool
    fields: tuple[FieldDiff, ...]

    @property
    def state(self) -> State:
        """What became of its words; it may be moved besides."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        return "changed" if any(field.is_changed for field in self.fields) else "same"

    @property
    def is_changed(self) -> bool:
        """Whether it differs in words or in place."""
        return self.is_moved or self.state != "same"


class PartDiff(NamedTuple):
    """One part: its fields or, for a list, its entries in the new order."""

    name: str
    label: str
    fields: tuple[FieldDiff, ...] = ()
    entries: tuple[EntryDiff, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether anything in it differs."""
        has_other_words = any(field.is_changed for field in self.fields)
        return has_other_words or any(entry.is_changed for entry in self.entries)


def compare(
    old: Document, new: Document, forms: tuple[Form, Form] = ("full", "full")
) -> tuple[PartDiff, ...]:
    """Every part that says something in either text, in the order of the page."""
    before, after = ({"form": form} for form in forms)
    before |= documents.to_json(old)
    after |= documents.to_json(new)
    parts = (part for name in after for part in _parts(name, before.get(name), after[name]))
    return tuple(part for part in parts if part.fields or part.entries)


def changes_between(
    old: Document, new: Document, forms: tuple[Form, Form] = ("full", "full")
) -> tuple[PartDiff, ...]:
    """The parts in which two texts differ."""
    return tuple(part for part in compare(old, new, forms) if part.is_changed)


def label_of(name: str) -> str:
    """What a part or a field is called on the page.

    >>> label_of("why_now"), label_of("open.owner"), label_of("a_part_to_come")
    ('Why now', 'Who finds out', 'A part to come')
    """
    last = name.rpartition(".")[2]
    return LABELS.get(name) or LABELS.get(last) or last.replace("_", " ").capitalize()


def _parts(name: str, old: Any, new: Any) -> Iterator[PartDiff]:
    if not isinstance(new, list):
        yield PartDiff(name, label_of(name), fields=tuple(_fields(name, _flat(old), _flat(new))))
        return
    sides = AUDIENCES if name == "faq" else ("",)
    for side in sides:
        entries = _entries(*(_side(rows or [], side) for rows in (old, new)))
        yield PartDiff(side or name, label_of(side or name), entries=tuple(entries))


def _side(rows: list[Any], audience: str) -> list[Entry]:
    """The entries of one audience, or all; those without a word are none."""
    if audience:
        rows = [
            {name: value for name, value in row.items() if name != "audience"}
            for row in rows
            if row["audience"] == audience
        ]
    return [entry for entry in map(_flat, rows) if entry]


def _entries(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[EntryDiff]:
    for match in match_entries(old, new):
        yield _entry(match, old, new)


def _entry(match: Match, old: Sequence[Entry], new: Sequence[Entry]) -> EntryDiff:
    before: Entry = {} if match.old is None else old[match.old]
    after: Entry = {} if match.new is None else new[match.new]
    fields = tuple(_fields("", before, after))
    return EntryDiff(_number(match.old), _number(match.new), match.is_moved, fields)


def _number(place: int | None) -> int | None:
    return None if place is None else place + 1


def _fields(part: str, old: Entry, new: Entry) -> Iterator[FieldDiff]:
    for name in {**new, **old} if len(old) > len(new) else {**old, **new}:
        label = label_of(f"{part}.{name}" if part else name) if name else ""
        yield FieldDiff(name, label, _runs(old.get(name, ""), new.get(name, "")))


def _runs(old: str, new: str) -> tuple[Run, ...]:
    if old != new and is_day(old) and is_day(new):
        # Half of a date tells nothing.
        return Run("delete", old), Run("insert", new)
    return diff_words(old, new)


def _flat(value: Any, path: str = "") -> dict[str, str]:
    """The texts inside a value by their paths, without empty ones; what a list holds is one text.

    >>> _flat({"owner": "Priya", "days": ["Mon", "Tue"], "note": ""})
    {'owner': 'Priya', 'days': 'Mon\\nTue'}
    """
    if isinstance(value, Mapping):
        inner = (_flat(part, f"{path}.{name}" if path else name) for name, part in value.items())
        return {name: text for texts in inner for name, text in texts.items()}
    if isinstance(value, list | tuple):
        value = "\n".join(text for part in value for text in _flat(part).values())
    return {} if value in (None, "") else {path: str(value)}
